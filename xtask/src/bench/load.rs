//! The driver: a few threads, each with one kept-alive connection, asking as fast as it is answered.
//!
//! HTTP/1.1 by hand: constant bytes go out, and of an answer only the status and the length are read. A library would
//! cost more than what is measured.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use crate::ui::now;

/// Connections that ask at the same time: enough to keep the runtime's one thread at work, few enough to leave it a
/// core.
pub(super) const CONNECTIONS: usize = 4;
/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a turn came to.
#[derive(Debug)]
pub(super) struct Driven {
    /// How long each call took, in nanoseconds.
    pub(super) latencies: Vec<u32>,
    /// From the first call to the last.
    pub(super) elapsed: Duration,
}

/// Asks for `path` for as long as `turn`.
///
/// # Errors
/// When a connection fails or an answer is no success.
pub(super) fn drive(port: u16, path: &str, turn: Duration) -> Result<Driven> {
    let started = now();
    let until = started + turn;
    let mut latencies = Vec::new();
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..CONNECTIONS).map(|_| scope.spawn(|| ask_until(port, path, until))).collect();
        for thread in threads {
            let stopped = |_| anyhow!("a connection's thread stopped unexpectedly");
            latencies.append(&mut thread.join().map_err(stopped)??);
        }
        Ok::<(), anyhow::Error>(())
    })?;
    Ok(Driven { latencies, elapsed: started.elapsed() })
}

/// Asks once and gives the answer's text.
///
/// # Errors
/// As [`drive`].
pub(super) fn ask(port: u16, path: &str) -> Result<String> {
    let mut connection = Connection::open(port, path)?;
    let body = connection.ask()?;
    Ok(String::from_utf8_lossy(body).into_owned())
}

fn ask_until(port: u16, path: &str, until: Instant) -> Result<Vec<u32>> {
    let mut connection = Connection::open(port, path)?;
    let mut latencies = Vec::with_capacity(16_384);
    loop {
        let asked = now();
        if asked >= until {
            return Ok(latencies);
        }
        connection.ask()?;
        latencies.push(u32::try_from(asked.elapsed().as_nanos()).unwrap_or(u32::MAX));
    }
}

/// A kept-alive connection to the runtime.
pub(super) struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    buffer: Vec<u8>,
}

impl Connection {
    /// Opens one, to ask for `path` over and over.
    ///
    /// # Errors
    /// When nothing listens.
    pub(super) fn open(port: u16, path: &str) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("the runtime doesn't listen on port {port}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: bench.internal\r\n\r\n").into_bytes();
        Ok(Self { stream, request, buffer: vec![0; 16 * 1024] })
    }

    /// One request and the body of its answer.
    fn ask(&mut self) -> Result<&[u8]> {
        self.stream.write_all(&self.request)?;
        self.answer()
    }

    /// Sends a body, and gives that of the answer.
    ///
    /// # Errors
    /// As [`drive`].
    pub(super) fn post(&mut self, path: &str, body: &str) -> Result<&[u8]> {
        let length = body.len();
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: bench.internal\r\ncontent-length: {length}\r\n\r\n");
        self.stream.write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
        self.answer()
    }

    fn answer(&mut self) -> Result<&[u8]> {
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).context("no answer came")?;
            if read == 0 {
                bail!("the runtime closed the connection, or its answer is too long");
            }
            filled += read;
            if let Some(body) = complete(&self.buffer[..filled])? {
                return Ok(&self.buffer[body..filled]);
            }
        }
    }
}

/// Where the body of a complete answer begins; `None` while more is to come.
fn complete(answer: &[u8]) -> Result<Option<usize>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let body = end + 4;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).map(str::trim);
    let length: usize = length
        .and_then(|length| length.parse().ok())
        .context("an answer has no `content-length`, which the driver needs")?;
    if answer.len() < body + length {
        return Ok(None);
    }
    if !head.starts_with("http/1.1 200") {
        let status = head.lines().next().unwrap_or_default();
        bail!("an answer is no success: `{status}`: {}", String::from_utf8_lossy(&answer[body..]));
    }
    Ok(Some(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_complete_with_its_last_byte() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n2.5";
        for cut in 0..answer.len() {
            assert_eq!(complete(&answer[..cut]).unwrap(), None, "{cut} bytes");
        }
        assert_eq!(complete(answer).unwrap(), Some(answer.len() - 3));
    }

    #[test]
    fn an_answer_that_is_no_success_ends_the_turn() {
        let refused = complete(b"HTTP/1.1 500 Internal\r\ncontent-length: 4\r\n\r\nwhat").unwrap_err();
        assert!(refused.to_string().contains("what"), "{refused}");
        assert!(complete(b"HTTP/1.1 200 OK\r\n\r\n").is_err(), "no length");
    }
}

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

/// What is sent over and over, and how it is answered when all is well.
#[derive(Debug, Clone)]
pub(super) struct Request {
    bytes: Vec<u8>,
    status: u16,
}

impl Request {
    /// Asks for `path`.
    pub(super) fn get(path: &str) -> Self {
        Self::new("GET", path, &[], b"", 200)
    }

    /// Any request; `status` is what tells that it did its work.
    pub(super) fn new(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8], status: u16) -> Self {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: bench.internal\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if method != "GET" {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        Self { bytes: [head.as_bytes(), body].concat(), status }
    }
}

/// What a turn came to.
#[derive(Debug)]
pub(super) struct Driven {
    /// How long each call took, in nanoseconds.
    pub(super) latencies: Vec<u32>,
    /// From the first call to the last.
    pub(super) elapsed: Duration,
}

/// Sends `request` for as long as `turn`.
///
/// # Errors
/// When a connection fails or an answer has another status.
pub(super) fn drive(port: u16, request: &Request, turn: Duration) -> Result<Driven> {
    let started = now();
    let until = started + turn;
    let mut latencies = Vec::new();
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..CONNECTIONS).map(|_| scope.spawn(|| ask_until(port, request, until))).collect();
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
pub(super) fn ask(port: u16, request: &Request) -> Result<String> {
    let mut connection = Connection::open(port)?;
    let body = connection.ask(request)?;
    Ok(String::from_utf8_lossy(body).into_owned())
}

fn ask_until(port: u16, request: &Request, until: Instant) -> Result<Vec<u32>> {
    let mut connection = Connection::open(port)?;
    let mut latencies = Vec::with_capacity(16_384);
    loop {
        let asked = now();
        if asked >= until {
            return Ok(latencies);
        }
        connection.ask(request)?;
        latencies.push(u32::try_from(asked.elapsed().as_nanos()).unwrap_or(u32::MAX));
    }
}

/// A kept-alive connection to the runtime.
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Opens one.
    ///
    /// # Errors
    /// When nothing listens.
    pub(super) fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("the runtime doesn't listen on port {port}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, buffer: vec![0; 16 * 1024] })
    }

    /// Sends a request, and gives the body of its answer.
    ///
    /// # Errors
    /// As [`drive`].
    pub(super) fn ask(&mut self, request: &Request) -> Result<&[u8]> {
        self.stream.write_all(&request.bytes)?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).context("no answer came")?;
            if read == 0 {
                bail!("the runtime closed the connection, or its answer is too long");
            }
            filled += read;
            if let Some(body) = complete(&self.buffer[..filled], request.status)? {
                return Ok(&self.buffer[body..filled]);
            }
        }
    }
}

/// Where the body of a complete answer begins; `None` while more is to come.
fn complete(answer: &[u8], status: u16) -> Result<Option<usize>> {
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
    if head.split(' ').nth(1) != Some(&status.to_string()) {
        let line = head.lines().next().unwrap_or_default();
        bail!("an answer is `{line}` instead of {status}: {}", String::from_utf8_lossy(&answer[body..]));
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
            assert_eq!(complete(&answer[..cut], 200).unwrap(), None, "{cut} bytes");
        }
        assert_eq!(complete(answer, 200).unwrap(), Some(answer.len() - 3));
    }

    #[test]
    fn an_answer_that_is_no_success_ends_the_turn() {
        let refused = complete(b"HTTP/1.1 500 Internal\r\ncontent-length: 4\r\n\r\nwhat", 200).unwrap_err();
        assert!(refused.to_string().contains("what"), "{refused}");
        let wanted = complete(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n", 401);
        assert!(wanted.is_ok_and(|body| body.is_some()), "a refusal may be what is measured");
        assert!(complete(b"HTTP/1.1 200 OK\r\n\r\n", 200).is_err(), "no length");
    }
}

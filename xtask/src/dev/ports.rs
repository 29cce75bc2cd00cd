//! The three ports of a mesh, in a row: gateway, admin, Access issuer.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Result, bail};

/// How many ports a mesh takes.
const COUNT: u16 = 3;
/// Below are the ports that need privileges.
const LOWEST: u16 = 1024;
/// How often a free row is looked for before giving up.
const TRIES: usize = 100;

/// The ports of one mesh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ports {
    /// The gateway's.
    pub(crate) gateway: u16,
    /// The admin Worker's.
    pub(crate) admin: u16,
    /// The local Access issuer's.
    pub(crate) issuer: u16,
}

impl Ports {
    fn from(base: u16) -> Self {
        Self { gateway: base, admin: base + 1, issuer: base + 2 }
    }

    /// Checks that the three ports from `base` are free; 0 looks for three that are.
    ///
    /// # Errors
    /// When one is taken, or none could be found.
    pub(crate) fn claim(base: u16) -> Result<Self> {
        if base == 0 {
            return Self::search();
        }
        for port in base..base + COUNT {
            if !is_free(port) {
                bail!(
                    "port {port} is in use: stop what listens there, or choose three others with `--port N`"
                );
            }
        }
        Ok(Self::from(base))
    }

    fn search() -> Result<Self> {
        for _ in 0..TRIES {
            // The system hands out a free port; its two neighbors are free more often than not.
            let base = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            if base <= u16::MAX - COUNT && (base..base + COUNT).all(is_free) {
                return Ok(Self::from(base));
            }
        }
        bail!("found no three free ports in a row: choose them with `--port N`")
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Reads `--port`.
pub(super) fn parse(text: &str) -> Result<u16, String> {
    let highest = u16::MAX - COUNT;
    match text.parse::<u16>() {
        Ok(port) if port == 0 || (LOWEST..=highest).contains(&port) => Ok(port),
        _ => Err(format!("give a port from {LOWEST} to {highest}, or 0 for any")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_the_mend() {
        let ports = Ports::claim(0).unwrap();
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, ports.admin)).unwrap();
        let error = Ports::claim(ports.gateway).unwrap_err().to_string();
        assert!(error.contains(&ports.admin.to_string()) && error.contains("--port"), "{error}");
    }

    #[test]
    fn a_port_without_room_for_its_neighbors_is_refused() {
        for text in ["80", "65533", "70000", "-1", "http"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse("0"), Ok(0));
        assert_eq!(parse("8787"), Ok(8787));
    }
}

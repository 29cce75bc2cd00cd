//! An HTTP client that refuses every request and says what to do instead.

use std::fmt;
use std::io::Empty;

/// Stands in for the client.
pub struct Agent;

/// Why no request is made.
#[derive(Debug)]
pub struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("downloads are off in this build: run `cargo xtask setup`, which supplies each program")
    }
}

impl std::error::Error for Refused {}

/// Stands in for a response, which never comes.
pub enum Response {}

/// Stands in for a response's body, which never comes.
pub enum Body {}

impl Agent {
    /// Begins a configuration, which is ignored.
    pub fn config_builder() -> Self {
        Self
    }

    /// Ignores the configuration.
    pub fn tls_config(self, _config: tls::TlsConfig) -> Self {
        self
    }

    /// Ends a configuration.
    pub fn build(self) -> Self {
        self
    }

    /// Ends a configuration.
    pub fn new_agent(self) -> Self {
        self
    }

    /// Begins a request.
    pub fn get(&self, _url: &str) -> Self {
        Self
    }

    /// Refuses the request.
    ///
    /// # Errors
    /// Always.
    pub fn call(&self) -> Result<Response, Refused> {
        Err(Refused)
    }
}

impl Response {
    /// Never called: there is no response.
    pub fn body_mut(&mut self) -> &mut Body {
        match *self {}
    }
}

impl Body {
    /// Never called: there is no response.
    pub fn as_reader(&mut self) -> Empty {
        match *self {}
    }
}

/// The names of the TLS settings.
pub mod tls {
    /// Stands in for the settings.
    pub struct TlsConfig;

    /// Stands in for the choice of a library.
    pub enum TlsProvider {
        /// The system's.
        NativeTls,
    }

    /// Stands in for the choice of trusted roots.
    pub enum RootCerts {
        /// The system's.
        PlatformVerifier,
    }

    impl TlsConfig {
        /// Begins the settings.
        pub fn builder() -> Self {
            Self
        }

        /// Ignored.
        pub fn provider(self, _provider: TlsProvider) -> Self {
            self
        }

        /// Ignored.
        pub fn root_certs(self, _roots: RootCerts) -> Self {
            self
        }

        /// Ends the settings.
        pub fn build(self) -> Self {
            self
        }
    }
}

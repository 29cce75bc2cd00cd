//! WebSockets of an object on the host, and the clients at their other ends.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use mesh::durable::{Accepted, Socket, SocketClose, SocketLink, SocketMessage, SocketSet};

/// The sockets of one object, which outlive its memory. A clone is the same set.
#[derive(Clone, Default)]
pub(super) struct SimulatedSockets(Rc<RefCell<Set>>);

#[derive(Default)]
struct Set {
    links: Vec<Rc<Link>>,
    auto_response: Option<(String, String)>,
}

/// One socket: what both ends share.
#[derive(Default)]
pub(super) struct Link {
    tags: Vec<String>,
    protocol: Option<String>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    attachment: Option<Vec<u8>>,
    /// What the object sent and the client has not read.
    to_client: VecDeque<SocketMessage>,
    /// How the object closed it.
    closed_by_object: Option<(u16, String)>,
    closed_by_client: bool,
}

impl SimulatedSockets {
    pub(super) fn accept(&self, accepted: Accepted) -> Rc<Link> {
        let state = RefCell::new(State { attachment: accepted.attachment, ..State::default() });
        let link = Rc::new(Link { tags: accepted.tags, protocol: accepted.protocol, state });
        self.0.borrow_mut().links.push(link.clone());
        link
    }

    /// What is answered to a message without the object.
    pub(super) fn auto_response(&self, message: &SocketMessage) -> Option<String> {
        match (&self.0.borrow().auto_response, message) {
            (Some((request, response)), SocketMessage::Text(text)) if request == text => {
                Some(response.clone())
            }
            _ => None,
        }
    }
}

impl SocketSet for SimulatedSockets {
    fn open(&self, tag: Option<&str>) -> Result<Vec<Socket>, String> {
        let set = self.0.borrow();
        let tagged = |link: &&Rc<Link>| tag.is_none_or(|tag| link.tags.iter().any(|own| own == tag));
        Ok(set.links.iter().filter(|link| link.is_open()).filter(tagged).map(Link::socket).collect())
    }

    fn set_auto_response(&self, pair: Option<(&str, &str)>) -> Result<(), String> {
        self.0.borrow_mut().auto_response = pair.map(|(request, response)| (request.into(), response.into()));
        Ok(())
    }
}

impl Link {
    pub(super) fn socket(link: &Rc<Self>) -> Socket {
        Socket::over(ObjectEnd(link.clone()))
    }

    fn is_open(&self) -> bool {
        let state = self.state.borrow();
        state.closed_by_object.is_none() && !state.closed_by_client
    }

    pub(super) fn answer(&self, text: String) {
        self.state.borrow_mut().to_client.push_back(SocketMessage::Text(text));
    }

    /// The client closes it. What the object hears of it, if it had not closed it itself.
    pub(super) fn close(&self, code: u16, reason: &str) -> Option<SocketClose> {
        let open = self.is_open();
        self.state.borrow_mut().closed_by_client = true;
        open.then(|| SocketClose { code, reason: reason.to_owned(), clean: true })
    }

    pub(super) fn assert_open(&self) {
        assert!(self.is_open(), "the socket is closed");
    }
}

struct ObjectEnd(Rc<Link>);

impl SocketLink for ObjectEnd {
    fn send(&self, message: &SocketMessage) -> Result<(), String> {
        if !self.0.is_open() {
            return Err("the socket is closed".into());
        }
        self.0.state.borrow_mut().to_client.push_back(message.clone());
        Ok(())
    }

    fn close(&self, code: u16, reason: &str) -> Result<(), String> {
        let mut state = self.0.state.borrow_mut();
        state.closed_by_object.get_or_insert_with(|| (code, reason.to_owned()));
        Ok(())
    }

    fn attachment(&self) -> Result<Option<Vec<u8>>, String> {
        Ok(self.0.state.borrow().attachment.clone())
    }

    fn attach(&self, bytes: &[u8]) -> Result<(), String> {
        self.0.state.borrow_mut().attachment = Some(bytes.to_vec());
        Ok(())
    }

    fn tags(&self) -> Result<Vec<String>, String> {
        Ok(self.0.tags.clone())
    }
}

/// A client's end of a socket: what it received. It sends through [`super::SimulatedObjects`].
#[derive(Clone)]
pub struct ClientSocket {
    pub(super) address: mesh::durable::Address,
    pub(super) link: Rc<Link>,
}

impl ClientSocket {
    /// The oldest message that was not read yet.
    #[must_use]
    pub fn receive(&self) -> Option<SocketMessage> {
        self.link.state.borrow_mut().to_client.pop_front()
    }

    /// The code and reason with which the object closed it.
    #[must_use]
    pub fn closed(&self) -> Option<(u16, String)> {
        self.link.state.borrow().closed_by_object.clone()
    }

    /// The subprotocol that the object chose.
    #[must_use]
    pub fn protocol(&self) -> Option<&str> {
        self.link.protocol.as_deref()
    }
}

impl std::fmt::Debug for ClientSocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClientSocket({})", self.address)
    }
}

//! The object: every part of the layer, in the way a product would use it.

use async_trait::async_trait;
use mesh::durable::{
    Accept, AlarmEvent, DurableObject, HandlerError, Migration, Migrations, ObjectContext, Refusal, Socket,
    SocketClose, SocketMessage, StartError, Storage, StorageError, Upgrade,
};
use mesh::values;
use mesh_worker::{Instance, text_var};

use super::contract::{
    Both, Notes, NotesClient, NotesContract, NotesDispatch, NotesError, Ring, Stored, Tell, Watch,
};
use crate::case::{Call, Visitor};

const MIGRATIONS: Migrations = Migrations::new(&[
    Migration::sql(
        "0001_notes",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
         CREATE TABLE counted (one INTEGER PRIMARY KEY CHECK (one = 1), notes INTEGER NOT NULL) STRICT;
         INSERT INTO counted (one, notes) VALUES (1, 0);
         -- A trigger has semicolons of its own; so has this comment.
         CREATE TRIGGER note_counted AFTER INSERT ON notes BEGIN
             UPDATE counted SET notes = notes + 1;
             UPDATE counted SET notes = notes;
         END;",
    ),
    Migration::sql(
        "0002_rings",
        "CREATE TABLE rings (id INTEGER PRIMARY KEY, retry_count INTEGER NOT NULL) STRICT;
         CREATE TABLE failing (one INTEGER PRIMARY KEY CHECK (one = 1), times INTEGER NOT NULL) STRICT;
         INSERT INTO failing (one, times) VALUES (1, 0);",
    ),
    Migration::code("0003_welcome", |storage| {
        storage.exec("INSERT INTO notes (text) VALUES (?1)", &values!["welcome"]).map(drop)
    }),
]);

/// A tenant's notes.
#[mesh::durable(service = Notes, migrations = MIGRATIONS, class = "Notebook")]
pub(super) struct NotebookObject {
    context: ObjectContext,
    memory: u64,
}

impl NotebookObject {
    fn storage(&self) -> &Storage {
        &self.context.storage
    }

    fn add(storage: &Storage, text: &str) -> Result<u32, StorageError> {
        storage.exec("INSERT INTO notes (text) VALUES (?1)", &values![text])?;
        storage.exec("SELECT notes FROM counted", &[])?.one()
    }
}

#[async_trait(?Send)]
impl DurableObject for NotebookObject {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        // What surrounds an object is there while it starts.
        text_var(&context.resources::<Instance>()?.env, "WHO").map_err(StartError::other)?;
        context.sockets.set_auto_response("ping", "pong").map_err(StartError::other)?;
        // A start may wait: other events still do until it is done.
        context.runtime.sleep(5).await;
        let memory = context.runtime.random() >> 11;
        Ok(Self { context, memory })
    }

    async fn alarm(&self, event: AlarmEvent) -> Result<(), HandlerError> {
        self.storage().exec("INSERT INTO rings (retry_count) VALUES (?1)", &values![event.retry_count])?;
        let left = "UPDATE failing SET times = times - 1 WHERE times > 0 RETURNING times";
        if !self.storage().exec(left, &[])?.is_empty() {
            return Err(HandlerError::new("not now"));
        }
        Ok(())
    }

    async fn socket_requested(&self, upgrade: Upgrade) -> Result<Accept, Refusal> {
        let (context, Watch { tag }) = upgrade.open::<NotesContract, Visitor, Watch>()?;
        let Some(tag) = tag else { return Err(Refusal::new(422, "a socket needs a tag")) };
        let mut accept = Accept::new().tagged(tag).attached(&(context.scope.actor, 0_u32))?;
        if let Some(first) = upgrade.protocols().first() {
            accept = accept.protocol(first);
        }
        Ok(accept)
    }

    async fn socket_message(&self, socket: &Socket, message: SocketMessage) -> Result<(), HandlerError> {
        let (actor, count) = socket.attachment::<(String, u32)>()?.ok_or(HandlerError::new("nobody's"))?;
        match message {
            SocketMessage::Binary(bytes) => socket.send(bytes.into_iter().rev().collect::<Vec<_>>())?,
            SocketMessage::Text(text) if text == "leave" => socket.close(4000, "as asked")?,
            SocketMessage::Text(text) if text == "fail" => return Err(HandlerError::new("as asked")),
            SocketMessage::Text(text) if text == "attach too much" => {
                let refused = socket.attach(&"x".repeat(20_000)).err();
                socket.send(refused.map(|error| error.to_string()).unwrap_or_default())?;
            }
            SocketMessage::Text(text) => {
                socket.attach(&(&actor, count + 1))?;
                let tags = socket.tags()?.join(",");
                socket.send(format!("{actor} {count} {tags} {} {text}", self.memory))?;
            }
        }
        Ok(())
    }

    async fn socket_closed(&self, _: &Socket, close: SocketClose) -> Result<(), HandlerError> {
        let SocketClose { code, reason, clean } = close;
        Self::add(self.storage(), &format!("closed {code} {reason} {clean}"))?;
        Ok(())
    }
}

#[async_trait(?Send)]
impl Notes for NotebookObject {
    async fn write(&self, _: &Call, text: String) -> Result<u32, NotesError> {
        Ok(Self::add(self.storage(), &text)?)
    }

    async fn write_both(&self, _: &Call, request: Both) -> Result<u32, NotesError> {
        self.storage().transaction(|storage| {
            Self::add(storage, &request.texts.0)?;
            if request.fail {
                return Err(NotesError("as asked".into()));
            }
            Ok(Self::add(storage, &request.texts.1)?)
        })
    }

    async fn read(&self, _: &Call, (): ()) -> Result<Vec<String>, NotesError> {
        Ok(self.storage().exec("SELECT text FROM notes ORDER BY id", &[])?.typed()?)
    }

    async fn store(&self, _: &Call, values: Stored) -> Result<Stored, NotesError> {
        let Stored { integer, real, flag, text, bytes, maybe } = values;
        let sql = "SELECT ?1 AS integer, ?2 AS real, ?3 AS flag, ?4 AS text, ?5 AS bytes, ?6 AS maybe";
        Ok(self.storage().exec(sql, &values![integer, real, flag, text, bytes, maybe])?.one()?)
    }

    async fn store_too_much(&self, _: &Call, number: i64) -> Result<(), NotesError> {
        Ok(self.storage().exec("SELECT ?1", &values![number]).map(drop)?)
    }

    async fn ring(&self, _: &Call, request: Ring) -> Result<(), NotesError> {
        self.storage().exec("UPDATE failing SET times = ?1", &values![request.failing])?;
        Ok(self.context.alarm.set(self.context.runtime.now_ms() + request.in_ms).await?)
    }

    async fn rings(&self, _: &Call, (): ()) -> Result<Vec<u32>, NotesError> {
        Ok(self.storage().exec("SELECT retry_count FROM rings ORDER BY id", &[])?.typed()?)
    }

    async fn next_ring(&self, _: &Call, (): ()) -> Result<Option<u64>, NotesError> {
        Ok(self.context.alarm.get().await?)
    }

    async fn memory(&self, _: &Call, (): ()) -> Result<u64, NotesError> {
        Ok(self.memory)
    }

    async fn tell(&self, _: &Call, request: Tell) -> Result<u32, NotesError> {
        let sockets = self.context.sockets.tagged(&request.tag)?;
        for socket in &sockets {
            socket.send(request.text.as_str())?;
        }
        Ok(sockets.len() as u32)
    }
}

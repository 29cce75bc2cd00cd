//! Contracts as documents, from the types of a service and of a workflow.

use mesh::describe::{Body, Described, Description};
use mesh::workflow::{Event, StepError, Steps};
use mesh::{ByteStream, Bytes, CallContext, Contract};
use serde_json::json;

#[mesh::message]
#[derive(Debug)]
struct Guest {
    name: String,
}

/// Asks for a greeting.
#[mesh::message]
struct Greet {
    /// How it begins.
    salutation: String,
    #[serde(default)]
    times: Option<u64>,
    portrait: Bytes,
    song: ByteStream,
}

#[mesh::message]
enum GreetError {
    Rude,
}

/// Greets guests.
#[expect(dead_code, reason = "only its contract is looked at")]
#[mesh::service(contract = "tests/described.json")]
trait Greeter {
    /// Says hello.
    #[mesh(idempotent)]
    async fn greet(&self, context: &CallContext<Guest>, request: Greet) -> Result<(), GreetError>;
}

#[test]
fn a_services_document_says_what_its_types_say() {
    let document = GreeterContract::document();
    let Body::Service { methods } = &document.body else { panic!("a service") };
    let greet = &methods["greet"];
    assert_eq!((document.docs.as_str(), greet.docs.as_str()), ("Greets guests.", "Says hello."));
    assert!(greet.idempotent);
    assert_eq!(greet.scope, json!({"$ref": "#/$defs/Guest"}));
    assert_eq!(greet.reply, json!({"type": "null"}));
    let request = &document.definitions["Greet"];
    assert_eq!(request["description"], "Asks for a greeting.");
    assert_eq!(request["properties"]["salutation"]["description"], "How it begins.");
    assert_eq!(request["properties"]["times"]["format"], "uint64");
    assert_eq!(request["properties"]["portrait"], json!({"type": "string", "format": "bytes"}));
    assert_eq!(request["properties"]["song"], json!({"type": "string", "format": "stream"}));
    assert_eq!(request["required"], json!(["salutation", "portrait", "song"]));
    assert_eq!(request["x-always-written"], json!(["salutation", "times", "portrait", "song"]));
}

#[test]
fn the_fingerprint_is_the_files_and_the_file_is_current() {
    let document = GreeterContract::document();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/described.json");
    if std::env::var_os("WRITE_GOLDENS").is_some() {
        std::fs::write(path, document.to_text()).unwrap();
    }
    assert_eq!(include_str!("described.json"), document.to_text(), "run again with WRITE_GOLDENS=1");
    assert_eq!(GreeterContract::FINGERPRINT.to_string(), document.fingerprint);
}

#[mesh::message]
struct Approval {
    by: String,
}

impl Event for Approval {
    const TYPE: &'static str = "approval";
}

struct Hire;

#[mesh::workflow(events(Approval))]
impl Hire {
    async fn run(&self, _input: Guest, _steps: &Steps) -> Result<u32, Declined> {
        Ok(1)
    }
}

#[mesh::message]
#[derive(Debug)]
struct Declined(String);

impl std::fmt::Display for Declined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<StepError> for Declined {
    fn from(error: StepError) -> Self {
        Self(error.to_string())
    }
}

#[test]
fn a_workflows_document_has_its_input_output_error_and_events() {
    let document =
        Description::new("Hire", "Hires a guest.").event::<Approval>("Somebody agrees.").workflow::<Hire>();
    let Body::Workflow { input, output, error, events } = &document.body else { panic!("a workflow") };
    assert_eq!(*input, json!({"$ref": "#/$defs/Guest"}));
    assert_eq!((output["format"].as_str(), error), (Some("uint32"), &json!({"$ref": "#/$defs/Declined"})));
    assert_eq!(events["approval"].payload, json!({"$ref": "#/$defs/Approval"}));
    assert_eq!(events["approval"].docs, "Somebody agrees.");
}

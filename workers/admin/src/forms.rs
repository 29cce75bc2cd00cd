//! What a form of the console sends, and the proof that it is one of the console's own.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::problem::{Code, Problem};
use crate::request::Request;

/// The field with the proof.
pub const TOKEN: &str = "form_token";

/// The proof that a form was made for whoever signed in with this Access token: only a page that they were shown has it.
#[must_use]
pub fn token_for(assertion: &str) -> String {
    let digest = Sha256::digest(format!("weft.form.1\0{assertion}"));
    hex::encode(digest)[..32].to_owned()
}

/// The fields of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// The form in a request, where it is one of the console's: sent by a page of the console's own origin, with the
    /// proof in it.
    ///
    /// # Errors
    /// Another type, a body that is too long, another site's page, or no proof.
    pub fn read(request: &Request<'_>, assertion: &str) -> Result<Self, Problem> {
        let essence = request.content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let detail = "this path takes a form of the console; programs use the routes below `/admin/api`";
            return Err(Problem::new(Code::MediaType, detail));
        }
        if request.origin.is_none() {
            let detail = "the form came without the header `origin`: changes are made from the console alone";
            return Err(Problem::new(Code::CrossSite, detail));
        }
        let body = request.body.ok_or_else(|| Problem::new(Code::TooLarge, "the form is too long"))?;
        let form = Self(form_urlencoded::parse(body).into_owned().collect());
        if form.text(TOKEN) != Some(&token_for(assertion)) {
            let detail = "the form is from another sign-in: load its page again and send it from there";
            return Err(Problem::new(Code::CrossSite, detail));
        }
        Ok(form)
    }

    /// A field, where it is there and not empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name)?;
        Some(found.1.trim()).filter(|text| !text.is_empty())
    }

    /// The named fields as a JSON object of texts, as the API takes it; those that are empty are left out.
    #[must_use]
    pub fn object(&self, names: &[&str]) -> Map<String, Value> {
        let given = names.iter().filter_map(|name| Some(((*name).to_owned(), self.text(name)?.into())));
        given.collect()
    }

    /// Every value of a field that may be given several times.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| &**value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_needs_its_origin_its_type_and_its_proof() {
        let body = format!("name=A+%26+B&plan=&scopes=a&scopes=b&{TOKEN}={}", token_for("mine"));
        let good = Request {
            content_type: Some("application/x-www-form-urlencoded"),
            origin: Some("https://admin.example"),
            body: Some(body.as_bytes()),
            ..Request::default()
        };
        let form = Form::read(&good, "mine").unwrap();
        assert_eq!((form.text("name"), form.text("plan"), form.text("none")), (Some("A & B"), None, None));
        assert_eq!(form.texts("scopes"), ["a", "b"]);
        assert_eq!(Value::from(form.object(&["name", "plan"])), serde_json::json!({ "name": "A & B" }));
        for (request, assertion, code) in [
            (good, "theirs", Code::CrossSite),
            (Request { origin: None, ..good }, "mine", Code::CrossSite),
            (Request { body: Some(b"name=A"), ..good }, "mine", Code::CrossSite),
            (Request { body: None, ..good }, "mine", Code::TooLarge),
            (Request { content_type: Some("text/plain"), ..good }, "mine", Code::MediaType),
            (Request { content_type: None, ..good }, "mine", Code::MediaType),
        ] {
            assert_eq!(Form::read(&request, assertion).unwrap_err().code, code);
        }
    }
}

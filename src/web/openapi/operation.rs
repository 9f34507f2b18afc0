//! One call of the API, as its dialect describes it, and what becomes of it in the document.

use utoipa::ToSchema;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, PathItem, Ref, RefOr, Required, ResponseBuilder, ResponsesBuilder};

use super::schema;
use crate::web::intake::field::Field;

/// The name of the scheme by which a program's or an affiliate's token is presented.
pub(super) const TOKEN: &str = "token";

/// How a call asks who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// A key among the fields.
    KeyField,
    /// A Bearer token with this right.
    Token(&'static str),
    /// A Bearer token with this right, or a key among the fields.
    TokenOrKeyField(&'static str),
    /// Nobody.
    Nothing,
}

/// Where the fields stand that are not part of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// In the body, as JSON or as a form.
    Body,
    /// In the body as JSON under the name of plain text, as browsers send it without asking first.
    PlainText,
    /// In the query.
    Query,
}

/// One call.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// `get`, `post` or `patch`.
    pub method: &'static str,
    /// The path, its variable parts in braces.
    pub path: &'static str,
    /// The group it is shown in.
    pub tag: &'static str,
    /// What it does, in some words.
    pub summary: &'static str,
    /// What there is to know.
    pub describes: &'static str,
    /// How it asks who it is.
    pub asks: Asks,
    /// Where its fields stand.
    pub sent: Sent,
    /// Its fields.
    pub fields: &'static [Field],
    /// What it answers.
    pub answers: fn(Answers) -> Answers,
}

impl Operation {
    /// The path's entry in the document, and the schemas it names.
    pub(super) fn described(&self) -> (PathItem, Vec<(String, RefOr<Schema>)>) {
        let answers = (self.answers)(Answers::default());
        let mut operation = OperationBuilder::new()
            .tag(self.tag)
            .summary(Some(self.summary))
            .description(Some(self.describes))
            .operation_id(Some(self.id()))
            .securities(self.securities())
            .request_body(self.body())
            .responses(answers.responses.build());
        for field in self.fields.iter().filter(|field| self.is_in_path(field)) {
            operation = operation.parameter(parameter(field, ParameterIn::Path));
        }
        if self.sent == Sent::Query {
            for field in self.fields.iter().filter(|field| !self.is_in_path(field)) {
                operation = operation.parameter(parameter(field, ParameterIn::Query));
            }
        }
        (PathItem::new(self.http_method(), operation), answers.schemas)
    }

    fn http_method(&self) -> HttpMethod {
        match self.method {
            "post" => HttpMethod::Post,
            "patch" => HttpMethod::Patch,
            _ => HttpMethod::Get,
        }
    }

    /// `post /api/conversions/track` is `post_api_conversions_track`.
    fn id(&self) -> String {
        let path = self.path.replace(['{', '}'], "").replace(['/', '.'], "_");
        format!("{}{path}", self.method)
    }

    fn is_in_path(&self, field: &Field) -> bool {
        self.path.contains(&format!("{{{}}}", field.name))
    }

    fn securities(&self) -> Option<Vec<SecurityRequirement>> {
        let token = |right: &str| SecurityRequirement::new(TOKEN, [right]);
        match self.asks {
            Asks::Token(right) => Some(vec![token(right)]),
            Asks::TokenOrKeyField(right) => Some(vec![token(right), SecurityRequirement::default()]),
            Asks::KeyField | Asks::Nothing => None,
        }
    }

    fn body(&self) -> Option<RequestBody> {
        let types: &[&str] = match self.sent {
            Sent::Body => &["application/json", "application/x-www-form-urlencoded"],
            Sent::PlainText => &["text/plain", "application/json"],
            Sent::Query => return None,
        };
        let mut body = RequestBodyBuilder::new().required(Some(Required::True));
        for content_type in types {
            let schema = self.schema(*content_type == "application/x-www-form-urlencoded");
            body = body.content(*content_type, ContentBuilder::new().schema(Some(schema)).build());
        }
        Some(body.build())
    }

    fn schema(&self, is_form: bool) -> Schema {
        let open = AdditionalProperties::FreeForm(true);
        let mut object = ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(open));
        for field in self.fields.iter().filter(|field| !self.is_in_path(field)) {
            object = object.property(field.name, schema::of(field, is_form));
            object = if field.is_required() { object.required(field.name) } else { object };
        }
        Schema::Object(object.build())
    }
}

fn parameter(field: &Field, place: ParameterIn) -> ParameterBuilder {
    let required = if field.is_required() { Required::True } else { Required::False };
    let parameter = ParameterBuilder::new().name(field.name).parameter_in(place).required(required);
    parameter.description(Some(field.says)).schema(Some(schema::of(field, true)))
}

/// The answers of one call.
#[derive(Default)]
pub struct Answers {
    responses: ResponsesBuilder,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Answers {
    /// An answer whose body is this type, as it is sent.
    #[must_use]
    pub fn json<T: ToSchema>(mut self, status: u16, says: &str) -> Self {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
        let schema = RefOr::Ref(Ref::from_schema_name(T::name()));
        self.with(status, says, Some(("application/json", schema)))
    }

    /// An answer without a body.
    #[must_use]
    pub fn empty(self, status: u16, says: &str) -> Self {
        self.with(status, says, None)
    }

    /// An answer of this type.
    #[must_use]
    pub fn file(self, status: u16, says: &str, content_type: &'static str) -> Self {
        let text = ObjectBuilder::new().schema_type(Type::String);
        self.with(status, says, Some((content_type, text.into())))
    }

    fn with(mut self, status: u16, says: &str, body: Option<(&str, RefOr<Schema>)>) -> Self {
        let mut response = ResponseBuilder::new().description(says);
        if let Some((content_type, schema)) = body {
            response = response.content(content_type, ContentBuilder::new().schema(Some(schema)).build());
        }
        for name in headers_of(status) {
            let text = ObjectBuilder::new().schema_type(Type::String);
            response = response.header(*name, HeaderBuilder::new().schema(Some(text)).build());
        }
        self.responses = self.responses.response(status.to_string(), response);
        self
    }
}

/// What an answer carries besides its body, and tools may go by.
const fn headers_of(status: u16) -> &'static [&'static str] {
    match status {
        302 => &["Location"],
        429 | 503 => &["Retry-After"],
        _ => &[],
    }
}

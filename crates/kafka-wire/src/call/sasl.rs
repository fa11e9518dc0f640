//! The shapes of the answers while a connection is being opened.

use kafka_protocol::{
    messages::{
        SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeRequest, SaslHandshakeResponse,
    },
    protocol::StrBytes,
};

use super::{Call, sealed::Shaped};
use crate::{
    Api,
    shape::{Field, Form, always, since},
};

impl Call for SaslHandshakeRequest {
    const API: Api = Api::SaslHandshake;
    type Answer = SaslHandshakeResponse;
}

impl Shaped for SaslHandshakeRequest {
    const FIELDS: &'static [Field] = &[
        always(Form::Fixed(2)),                                // error_code
        always(Form::Texts { memory: size_of::<StrBytes>() }), // mechanisms
    ];
}

impl Call for SaslAuthenticateRequest {
    const API: Api = Api::SaslAuthenticate;
    type Answer = SaslAuthenticateResponse;
}

impl Shaped for SaslAuthenticateRequest {
    const FIELDS: &'static [Field] = &[
        always(Form::Fixed(2)),   // error_code
        always(Form::Text),       // error_message
        always(Form::Bytes),      // auth_bytes
        since(1, Form::Fixed(8)), // session_lifetime_ms
    ];
}

//! Distinguished names: the six attributes that are labels, and the whole as one text.
//!
//! Where an attribute occurs several times, the first counts, and of common names the last, as in
//! x509-certificate-exporter: labels must not differ between the two. A missing attribute is an empty text.

use core::fmt::Write as _;

use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::oid_registry::{
    OID_DOMAIN_COMPONENT, OID_PKCS9_EMAIL_ADDRESS, OID_X509_COMMON_NAME, OID_X509_COUNTRY_NAME,
    OID_X509_GIVEN_NAME, OID_X509_LOCALITY_NAME, OID_X509_ORGANIZATION_NAME, OID_X509_ORGANIZATIONAL_UNIT,
    OID_X509_SERIALNUMBER, OID_X509_STATE_OR_PROVINCE_NAME, OID_X509_STREET_ADDRESS, OID_X509_SURNAME, Oid,
};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// A distinguished name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// C
    pub country: String,
    /// ST
    pub state: String,
    /// L
    pub locality: String,
    /// O
    pub organization: String,
    /// OU
    pub unit: String,
    /// CN
    pub common_name: String,
    /// The whole name, most specific attribute first (RFC 4514).
    pub text: String,
}

impl Name {
    pub(super) fn from_x509(name: &X509Name<'_>) -> Self {
        let mut result = Self { text: rfc4514(name), ..Self::default() };
        for attribute in name.iter_attributes() {
            let Some(value) = string(attribute.attr_value()) else { continue };
            let oid = attribute.attr_type();
            if *oid == OID_X509_COMMON_NAME {
                result.common_name = value;
            } else if let Some(field) = result.field(oid)
                && field.is_empty()
            {
                *field = value;
            }
        }
        result
    }

    fn field(&mut self, oid: &Oid<'_>) -> Option<&mut String> {
        [
            (OID_X509_COUNTRY_NAME, &mut self.country),
            (OID_X509_STATE_OR_PROVINCE_NAME, &mut self.state),
            (OID_X509_LOCALITY_NAME, &mut self.locality),
            (OID_X509_ORGANIZATION_NAME, &mut self.organization),
            (OID_X509_ORGANIZATIONAL_UNIT, &mut self.unit),
        ]
        .into_iter()
        .find_map(|(known, field)| (*oid == known).then_some(field))
    }
}

/// The text of an attribute, whatever string type it has; `None` if it is no string. What does not decode is
/// replaced, not refused: an odd letter in a name must not hide an expiry.
fn string(value: &Any<'_>) -> Option<String> {
    let bytes = value.data;
    match value.tag() {
        Tag::Utf8String
        | Tag::PrintableString
        | Tag::Ia5String
        | Tag::NumericString
        | Tag::VisibleString
        | Tag::GeneralString
        | Tag::GraphicString => Some(String::from_utf8_lossy(bytes).into_owned()),
        // T.61 by its definition shifts between alphabets; everybody writes and reads Latin-1 in it.
        Tag::T61String => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        Tag::BmpString => {
            let units = bytes
                .chunks_exact(2)
                .map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte)));
            Some(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        }
        Tag::UniversalString => {
            let points = bytes
                .chunks_exact(4)
                .map(|four| four.iter().fold(0, |point, byte| point << 8 | u32::from(*byte)));
            Some(points.map(|point| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        }
        _ => None,
    }
}

/// The name as one text: the last component first, as RFC 4514 says.
fn rfc4514(name: &X509Name<'_>) -> String {
    let components: Vec<_> = name.iter_rdn().collect();
    let mut text = String::new();
    for component in components.into_iter().rev() {
        if !text.is_empty() {
            text.push(',');
        }
        for (index, attribute) in component.iter().enumerate() {
            if index > 0 {
                text.push('+');
            }
            push_attribute(&mut text, attribute);
        }
    }
    text
}

fn push_attribute(text: &mut String, attribute: &AttributeTypeAndValue<'_>) {
    // Writing to a String cannot fail.
    let _ = match short_name(attribute.attr_type()) {
        Some(name) => write!(text, "{name}="),
        None => write!(text, "{}=", attribute.attr_type()),
    };
    match string(attribute.attr_value()) {
        Some(value) => push_escaped(text, &value),
        None => text.push_str("#?"),
    }
}

/// The short names of RFC 4514 and those that are common beside them.
fn short_name(oid: &Oid<'_>) -> Option<&'static str> {
    [
        (OID_X509_COMMON_NAME, "CN"),
        (OID_X509_COUNTRY_NAME, "C"),
        (OID_X509_STATE_OR_PROVINCE_NAME, "ST"),
        (OID_X509_LOCALITY_NAME, "L"),
        (OID_X509_ORGANIZATION_NAME, "O"),
        (OID_X509_ORGANIZATIONAL_UNIT, "OU"),
        (OID_X509_STREET_ADDRESS, "STREET"),
        (OID_DOMAIN_COMPONENT, "DC"),
        (OID_X509_SERIALNUMBER, "SERIALNUMBER"),
        (OID_X509_SURNAME, "SN"),
        (OID_X509_GIVEN_NAME, "GN"),
        (OID_PKCS9_EMAIL_ADDRESS, "emailAddress"),
    ]
    .into_iter()
    .find_map(|(known, name)| (*oid == known).then_some(name))
}

fn push_escaped(text: &mut String, value: &str) {
    let last = value.chars().count().saturating_sub(1);
    for (index, character) in value.chars().enumerate() {
        let at_edge = (index == 0 && matches!(character, ' ' | '#')) || (index == last && character == ' ');
        if at_edge || matches!(character, '"' | '+' | ',' | ';' | '<' | '>' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
}

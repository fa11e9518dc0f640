//! Distinguished names: the six attributes that are labels, and the whole as one text.
//!
//! Where an attribute occurs several times, the first counts, and of common names the last, as in
//! x509-certificate-exporter: labels must not differ between the two. A missing attribute is an empty text.

use core::fmt::{self, Write as _};

use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::oid_registry::{
    OID_DOMAIN_COMPONENT, OID_PKCS9_EMAIL_ADDRESS, OID_X509_COMMON_NAME, OID_X509_COUNTRY_NAME,
    OID_X509_GIVEN_NAME, OID_X509_LOCALITY_NAME, OID_X509_ORGANIZATION_NAME, OID_X509_ORGANIZATIONAL_UNIT,
    OID_X509_SERIALNUMBER, OID_X509_STATE_OR_PROVINCE_NAME, OID_X509_STREET_ADDRESS, OID_X509_SURNAME, Oid,
};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// A distinguished name. Its parts lie in one text, because most names have one or two of them and a cluster has many names.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Name {
    /// The parts one after the other, and then the whole name.
    parts: Box<str>,
    /// Where each of the parts ends.
    ends: [u32; PARTS],
}

/// How many attributes are labels.
const PARTS: usize = 6;

impl Name {
    pub(super) fn from_x509(name: &X509Name<'_>) -> Self {
        let mut values: [Option<String>; PARTS] = Default::default();
        for attribute in name.iter_attributes() {
            let Some(value) = string(attribute.attr_value()) else { continue };
            let oid = attribute.attr_type();
            let Some(place) =
                LABELS.iter().zip(&mut values).find_map(|(known, place)| (known == oid).then_some(place))
            else {
                continue;
            };
            if *oid == OID_X509_COMMON_NAME || place.as_ref().is_none_or(String::is_empty) {
                *place = Some(value);
            }
        }
        Self::new(values.map(Option::unwrap_or_default), &rfc4514(name))
    }

    fn new(values: [String; PARTS], text: &str) -> Self {
        let mut parts = String::with_capacity(values.iter().map(String::len).sum::<usize>() + text.len());
        let ends = values.map(|value| {
            parts.push_str(&value);
            // A certificate is far smaller than 4 GiB.
            u32::try_from(parts.len()).unwrap_or(u32::MAX)
        });
        parts.push_str(text);
        Self { parts: parts.into(), ends }
    }

    /// The same without the whole name, if it has a common name: that is what it is called by then.
    pub(crate) fn short(&self) -> Self {
        if self.common_name().is_empty() {
            return self.clone();
        }
        let end = self.parts.len() - self.text().len();
        Self { parts: self.parts.get(..end).unwrap_or_default().into(), ends: self.ends }
    }

    /// C
    pub fn country(&self) -> &str {
        self.part(0)
    }

    /// ST
    pub fn state(&self) -> &str {
        self.part(1)
    }

    /// L
    pub fn locality(&self) -> &str {
        self.part(2)
    }

    /// O
    pub fn organization(&self) -> &str {
        self.part(3)
    }

    /// OU
    pub fn unit(&self) -> &str {
        self.part(4)
    }

    /// CN
    pub fn common_name(&self) -> &str {
        self.part(5)
    }

    /// The whole name, most specific attribute first (RFC 4514). Empty where it is not kept.
    pub fn text(&self) -> &str {
        let [.., end] = self.ends;
        self.parts.get(end as usize..).unwrap_or_default()
    }

    fn part(&self, index: usize) -> &str {
        let end = |index: usize| self.ends.get(index).map_or(0, |end| *end as usize);
        let start = index.checked_sub(1).map_or(0, end);
        self.parts.get(start..end(index)).unwrap_or_default()
    }
}

/// The attributes that are labels, in their order.
const LABELS: [Oid<'static>; PARTS] = [
    OID_X509_COUNTRY_NAME,
    OID_X509_STATE_OR_PROVINCE_NAME,
    OID_X509_LOCALITY_NAME,
    OID_X509_ORGANIZATION_NAME,
    OID_X509_ORGANIZATIONAL_UNIT,
    OID_X509_COMMON_NAME,
];

impl fmt::Debug for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = if self.text().is_empty() { self.common_name() } else { self.text() };
        write!(formatter, "Name({shown})")
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

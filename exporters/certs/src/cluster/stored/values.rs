//! From the values of an object to what is kept of it: decoded one at a time, into a buffer that is wiped.
//!
//! How to get it wrong: decoding a value before its size is known to be within the limit, or into a buffer that grows: each
//! smaller buffer would keep what it held.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use data_encoding::BASE64;
use lookout_certs_spec::config::ObjectLimits;
use lookout_kubernetes::{Json, ObjectKey};
use zeroize::{Zeroize as _, Zeroizing};

use super::fault::{ValueFault, ValueFaultKind};
use super::filter::KeyMatch;
use super::object::{Held, StoredObject};
use super::sharing::Sharing;
use crate::discriminator::Discriminator;
use crate::parse::{Certificate, FaultKind, ItemFault, parse_pem_or_der};

/// The values of one object, while it is read.
pub(super) struct Values<'a> {
    limits: &'a ObjectLimits,
    sharing: &'a Sharing,
    certificates: Vec<Held>,
    faults: Vec<ValueFault>,
    count: usize,
}

impl<'a> Values<'a> {
    pub(super) fn new(limits: &'a ObjectLimits, sharing: &'a Sharing) -> Self {
        Self { limits, sharing, certificates: Vec::new(), faults: Vec::new(), count: 0 }
    }

    /// Whether any value was wanted.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Reads a value in base64, as Secrets, `binaryData` and `caBundle`s have it.
    pub(super) fn read_base64(&mut self, entry: &str, value: Json<'_>, matched: KeyMatch) {
        self.read(entry, value, matched, |this, entry, text| {
            let Ok(length) = BASE64.decode_len(text.len()) else {
                return this.fault(entry, ValueFaultKind::NotBase64);
            };
            if !this.is_small_enough(entry, length) {
                return;
            }
            let mut bytes = Zeroizing::new(vec![0; length]);
            match BASE64.decode_mut(text.as_bytes(), &mut bytes) {
                Ok(length) => this.parse(entry, bytes.get(..length).unwrap_or_default(), matched),
                Err(_) => this.fault(entry, ValueFaultKind::NotBase64),
            }
        });
    }

    /// Reads a value as it stands, as the `data` of a ConfigMap have it.
    pub(super) fn read_text(&mut self, entry: &str, value: Json<'_>, matched: KeyMatch) {
        self.read(entry, value, matched, |this, entry, text| {
            if this.is_small_enough(entry, text.len()) {
                this.parse(entry, text.as_bytes(), matched);
            }
        });
    }

    fn read(
        &mut self,
        entry: &str,
        value: Json<'_>,
        matched: KeyMatch,
        use_text: impl FnOnce(&mut Self, &Arc<str>, &str),
    ) {
        self.count += 1;
        let limit = self.limits.max_values_per_object;
        if self.count > limit {
            if self.count == limit + 1 {
                let entry = self.sharing.text(entry);
                self.fault(&entry, ValueFaultKind::TooManyValues { limit });
            }
            return;
        }
        let entry = self.sharing.text(entry);
        match value.text() {
            Some(Cow::Borrowed(text)) => use_text(self, &entry, text),
            Some(Cow::Owned(mut text)) => {
                use_text(self, &entry, &text);
                text.zeroize();
            }
            // A key without a value.
            None if value.is_null() && matched == KeyMatch::Glob => {}
            None => self.fault(&entry, ValueFaultKind::NotText),
        }
    }

    fn is_small_enough(&mut self, entry: &Arc<str>, bytes: usize) -> bool {
        let limit = self.limits.max_value_size.as_usize();
        // What base64 stands for is at most two bytes shorter than its length says.
        let is_small = bytes <= limit.saturating_add(2);
        if !is_small {
            self.fault(entry, ValueFaultKind::TooLarge { bytes, limit });
        }
        is_small
    }

    fn parse(&mut self, entry: &Arc<str>, bytes: &[u8], matched: KeyMatch) {
        let parsed = parse_pem_or_der(bytes, self.limits.max_certificates_per_value);
        if matched == KeyMatch::Glob
            && parsed.certificates.is_empty()
            && !has_certificate_marker(&parsed.faults)
        {
            // A key, a password or a key store that a pattern happens to match.
            return;
        }
        for fault in parsed.faults {
            self.fault(entry, ValueFaultKind::Item(fault));
        }
        for certificate in parsed.certificates {
            let certificate = self.sharing.certificate(certificate);
            self.certificates.push(Held { entry: Arc::clone(entry), certificate, discriminator: None });
        }
    }

    fn fault(&mut self, entry: &Arc<str>, kind: ValueFaultKind) {
        let reasons = (kind.reason(), kind.stored_reason());
        let is_same = |known: &&mut ValueFault| {
            known.entry == *entry && (known.kind.reason(), known.kind.stored_reason()) == reasons
        };
        match self.faults.iter_mut().find(is_same) {
            Some(known) => known.count = known.count.saturating_add(1),
            None => self.faults.push(ValueFault { entry: Arc::clone(entry), kind, count: 1 }),
        }
    }

    /// What is kept of the object of that name.
    pub(super) fn finish(mut self, key: &ObjectKey, labels: Box<[(Arc<str>, Box<str>)]>) -> StoredObject {
        discriminate(&mut self.certificates, key);
        StoredObject { certificates: self.certificates.into(), faults: self.faults.into(), labels }
    }
}

/// Whether something says that it is a certificate, though it cannot be used.
fn has_certificate_marker(faults: &[ItemFault]) -> bool {
    faults.iter().any(|fault| match fault.kind {
        FaultKind::Block(_) | FaultKind::Certificate(_) | FaultKind::TooManyCertificates => true,
        FaultKind::Der(_) | FaultKind::OnlyOtherBlocks | FaultKind::NoBlock | FaultKind::EmptyFile => false,
    })
}

/// Gives a discriminator to every certificate that shares all its labels with another of the same entry.
fn discriminate(certificates: &mut [Held], key: &ObjectKey) {
    if certificates.len() < 2 {
        return;
    }
    let mut groups: HashMap<Identity<'_>, Vec<usize>> = HashMap::new();
    for (index, held) in certificates.iter().enumerate() {
        groups.entry(identity(held)).or_default().push(index);
    }
    let alike: Vec<usize> = groups.into_values().filter(|group| group.len() > 1).flatten().collect();
    for index in alike {
        if let Some(held) = certificates.get_mut(index) {
            let place = format!("{key}\0{}", held.entry);
            held.discriminator =
                Some(Discriminator::new(&held.certificate.fingerprint_sha256, &place, index));
        }
    }
}

/// The labels by which certificates of one object are told apart.
type Identity<'a> = [&'a str; 14];

fn identity(held: &Held) -> Identity<'_> {
    let Certificate { serial_number, subject, issuer, .. } = &*held.certificate;
    [
        &held.entry,
        serial_number,
        subject.country(),
        subject.state(),
        subject.locality(),
        subject.organization(),
        subject.unit(),
        subject.common_name(),
        issuer.country(),
        issuer.state(),
        issuer.locality(),
        issuer.organization(),
        issuer.unit(),
        issuer.common_name(),
    ]
}

//! What there is, as kubectl and OpenSSL say: every certificate of the objects that are watched, with the labels that it must have.
//!
//! Nothing of it is shared with the program under test: not the parser, not the paths, not the words.

use std::collections::BTreeMap;
use std::process::Command;

use lookout_testkit::scrape::Scrape;
use serde_json::Value;

use crate::tools::{run, succeed, tool};

/// The labels of a certificate's series, but for those that are empty, and what is said of it.
type Rows = Vec<(BTreeMap<String, String>, [i64; 2])>;

/// Certificates that must be shown.
#[derive(Debug, Default)]
pub(super) struct Truth {
    rows: Rows,
}

/// Labels that say where a certificate is.
const PLACES: [&str; 9] = [
    "secret_namespace",
    "secret_name",
    "secret_key",
    "configmap_namespace",
    "configmap_name",
    "configmap_key",
    "cabundle_resource_kind",
    "cabundle_resource_name",
    "cabundle_entry",
];
/// The parts of a name that are shown.
const PARTS: [&str; 6] = ["C", "ST", "L", "O", "OU", "CN"];

impl Truth {
    /// Adds the certificates of a value.
    pub(super) fn add(&mut self, place: &[(&str, &str)], value: &[u8]) {
        for form in certificates(value) {
            let (mut labels, times) = read(&form);
            let place = place.iter().filter(|(_, text)| !text.is_empty());
            labels.extend(place.map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
            self.rows.push((labels, times));
        }
    }

    /// Adds the certificates of a list of Secrets, as kubectl prints it: of the type and the keys, with one label of theirs.
    pub(super) fn add_secrets(&mut self, list: &Value, of_type: &str, keys: &[&str], label: &str) {
        for secret in items(list).iter().filter(|secret| secret["type"] == of_type) {
            let [namespace, name] = of(secret);
            for key in keys {
                let Some(value) = secret["data"][*key].as_str() else { continue };
                let shown = format!("secret_label_{label}");
                let mut place =
                    vec![("secret_namespace", namespace), ("secret_name", name), ("secret_key", *key)];
                place.extend(secret["metadata"]["labels"][label].as_str().map(|text| (shown.as_str(), text)));
                self.add(&place, &unbase64(value));
            }
        }
    }

    /// Adds the certificates of a list of ConfigMaps: of the keys, text or binary.
    pub(super) fn add_config_maps(&mut self, list: &Value, keys: &[&str]) {
        for map in items(list) {
            let [namespace, name] = of(map);
            for key in keys {
                let text = map["data"][*key].as_str().map(|text| text.as_bytes().to_vec());
                let Some(value) = text.or_else(|| map["binaryData"][*key].as_str().map(unbase64)) else {
                    continue;
                };
                let place =
                    [("configmap_namespace", namespace), ("configmap_name", name), ("configmap_key", *key)];
                self.add(&place, &value);
            }
        }
    }

    /// Adds the certificates of a `caBundle`.
    pub(super) fn add_ca_bundle(&mut self, kind: &str, name: &str, entry: &str, bundle: &Value) {
        let place =
            [("cabundle_resource_kind", kind), ("cabundle_resource_name", name), ("cabundle_entry", entry)];
        self.add(&place, &unbase64(bundle.as_str().expect("it has a bundle")));
    }

    /// How many certificates there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// What differs between this and the rows of a scrape that `is_ours` takes, a line each.
    pub(super) fn differences(
        &self,
        scrape: &Scrape,
        is_ours: impl Fn(&BTreeMap<String, String>) -> bool,
    ) -> Vec<String> {
        let mut found = Vec::new();
        for (place, family) in ["x509_cert_not_after", "x509_cert_not_before"].into_iter().enumerate() {
            let line =
                |(labels, value): (BTreeMap<String, String>, i64)| format!("{family}{labels:?} {value}");
            let mut wanted: Vec<String> =
                self.rows.iter().map(|(labels, times)| line((labels.clone(), times[place]))).collect();
            let mut shown: Vec<String> =
                shown(scrape, family).into_iter().filter(|(labels, _)| is_ours(labels)).map(line).collect();
            wanted.sort();
            shown.sort();
            found.extend(without(&wanted, &shown).map(|line| format!("missing: {line}")));
            found.extend(without(&shown, &wanted).map(|line| format!("too many: {line}")));
        }
        found
    }
}

/// The rows of a family with the labels that are not empty, and without those that only tell equal ones apart.
fn shown(scrape: &Scrape, family: &str) -> Vec<(BTreeMap<String, String>, i64)> {
    let samples = scrape.samples().filter(|sample| sample.name == family);
    let rows = samples.map(|sample| {
        let labels =
            sample.labels.iter().filter(|(name, value)| !value.is_empty() && name != "discriminator");
        #[expect(
            clippy::cast_possible_truncation,
            reason = "times of certificates are whole seconds, exact in a float"
        )]
        let value = sample.value as i64;
        (labels.cloned().collect(), value)
    });
    rows.collect()
}

/// The lines that `others` do not have as often.
fn without<'a>(lines: &'a [String], others: &'a [String]) -> impl Iterator<Item = &'a String> {
    let count = |lines: &[String], line: &String| lines.iter().filter(|other| *other == line).count();
    let is_left =
        move |(index, line): &(usize, &String)| count(&lines[..*index], line) >= count(others, line);
    lines.iter().enumerate().filter(is_left).map(|(_, line)| line)
}

/// The items of a list.
pub(super) fn items(list: &Value) -> &Vec<Value> {
    list["items"].as_array().expect("it is a list")
}

/// Namespace and name of an object; the namespace is empty where there is none.
pub(super) fn of(object: &Value) -> [&str; 2] {
    ["namespace", "name"].map(|part| object["metadata"][part].as_str().unwrap_or_default())
}

/// The labels that say where a certificate is, of a row.
pub(super) fn is_in(labels: &BTreeMap<String, String>, namespaces: &str) -> bool {
    PLACES
        .iter()
        .filter(|place| place.ends_with("_namespace"))
        .any(|place| labels.get(*place).is_some_and(|namespace| namespace.starts_with(namespaces)))
}

/// The certificates of a value in PEM form each; a value that is none in PEM form is one in DER form.
fn certificates(value: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(value);
    let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    if !text.contains(begin) {
        let mut openssl = Command::new(tool("OPENSSL"));
        let output = run(openssl.args(["x509", "-inform", "DER"]), value);
        // What OpenSSL cannot read is no certificate.
        return if output.status.success() { vec![output.stdout] } else { Vec::new() };
    }
    let blocks = text.split(begin).skip(1).map(|rest| {
        let body = rest.split(end).next().expect("it ends");
        format!("{begin}{body}{end}\n").into_bytes()
    });
    blocks.collect()
}

/// The labels of a certificate in PEM form, and when it ends and begins, seconds since 1970.
fn read(pem: &[u8]) -> (BTreeMap<String, String>, [i64; 2]) {
    let mut openssl = Command::new(tool("OPENSSL"));
    openssl.args(["x509", "-noout", "-serial", "-dates", "-subject", "-issuer", "-dateopt", "iso_8601"]);
    openssl.args(["-nameopt", "sep_multiline,sname,utf8"]);
    let text = String::from_utf8(succeed(&mut openssl, pem)).expect("OpenSSL writes UTF-8");
    let (mut labels, mut times, mut whose) = (BTreeMap::new(), [0; 2], "");
    for line in text.lines() {
        match line.split_once('=') {
            Some(("serial", number)) => drop(labels.insert("serial_number".to_owned(), decimal(number))),
            Some(("notAfter", time)) => times[0] = seconds(time),
            Some(("notBefore", time)) => times[1] = seconds(time),
            Some(("subject", _)) => whose = "subject",
            Some(("issuer", _)) => whose = "issuer",
            Some((part, text)) if PARTS.contains(&part.trim()) => {
                labels.insert(format!("{whose}_{}", part.trim()), text.to_owned());
            }
            _ => {}
        }
    }
    (labels, times)
}

/// A number in hexadecimal, in decimal: it is longer than a machine's numbers.
fn decimal(hexadecimal: &str) -> String {
    let mut digits = vec![0_u32];
    for digit in hexadecimal.chars() {
        let mut carry = digit.to_digit(16).expect("it is hexadecimal");
        for place in &mut digits {
            carry += *place * 16;
            *place = carry % 10;
            carry /= 10;
        }
        while carry > 0 {
            digits.push(carry % 10);
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from_digit(*digit, 10).expect("it is a digit")).collect()
}

/// `2031-01-01 00:00:00Z` in seconds since 1970.
pub(super) fn seconds(time: &str) -> i64 {
    let numbers: Vec<i64> =
        time.split(|letter: char| !letter.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
    let [year, month, day, hour, minute, second] = numbers[..6].try_into().expect("it is a time");
    // Days by the civil calendar, counted from March, so that a leap day is the last of a year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let days =
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 + day - 1 - 719_468;
    days * 86_400 + hour * 3_600 + minute * 60 + second
}

/// What stands behind base64.
pub(super) fn unbase64(text: &str) -> Vec<u8> {
    succeed(Command::new(tool("OPENSSL")).args(["base64", "-d", "-A"]), text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{decimal, seconds, without};

    #[test]
    fn numbers_and_times_are_read_right() {
        assert_eq!(decimal("0"), "0");
        assert_eq!(decimal("FFFFFFFFFFFFFFFFFF"), "4722366482869645213695");
        assert_eq!(seconds("1970-01-01 00:00:00Z"), 0);
        assert_eq!(seconds("2024-02-29 12:34:56Z"), 1_709_210_096);
        assert_eq!(seconds("2031-01-01T00:00:00Z"), 1_924_992_000);
    }

    #[test]
    fn equal_lines_are_counted() {
        let lines = |text: &str| -> Vec<String> { text.chars().map(String::from).collect() };
        let missing: String = without(&lines("aabc"), &lines("abd")).cloned().collect();
        assert_eq!(missing, "ac");
    }
}

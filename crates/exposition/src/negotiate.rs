//! Content negotiation: which format and encoding a client gets.
//!
//! Rules: <https://prometheus.io/docs/instrumenting/content_negotiation/> for the formats, RFC 9110 sections 12.5.1 and
//! 12.5.3 for qualities, wildcards and codings. A format is asked for by name; `*/*` means text, because whoever says
//! only that (a browser, curl) may not know the other. What we cannot serve is passed over (protobuf, text 1.0.0), and
//! if nothing is left the answer is text 0.0.4.

use crate::{Encoding, Escaping, Format, OpenMetricsVersion};

/// What a client gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// The format.
    pub format: Format,
    /// The content encoding.
    pub encoding: Encoding,
}

/// Chooses by the request's `Accept` and `Accept-Encoding` (several headers of one name joined by commas).
pub fn negotiate(accept: Option<&str>, accept_encoding: Option<&str>) -> Negotiated {
    Negotiated {
        format: accept.and_then(negotiate_format).unwrap_or(Format::TEXT),
        encoding: accept_encoding.map_or(Encoding::Identity, negotiate_encoding),
    }
}

/// How well a range fits an offer. A better fit decides about the offer's quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Any,
    Type,
    Name,
    Version,
}

/// A format on offer, with how a range of the header rates it.
#[derive(Clone, Copy, Debug)]
struct Rating {
    fit: Fit,
    quality: u16,
    /// The place in the header.
    position: usize,
    escaping: Escaping,
}

/// What we offer: media type, subtype, version, and whether the version may be left out.
const OFFERS: [(&str, &str, &str, bool); 3] = [
    ("text", "plain", "0.0.4", true),
    ("application", "openmetrics-text", "1.0.0", true),
    ("application", "openmetrics-text", "0.0.1", false),
];

fn negotiate_format(accept: &str) -> Option<Format> {
    let mut ratings = OFFERS.map(|offer| {
        let ranges = split_outside_quotes(accept, ',').enumerate();
        let ratings = ranges.filter_map(|(position, range)| rate(offer, range, position));
        // Of equally good fits the first in the header.
        ratings.reduce(|best, next| if next.fit > best.fit { next } else { best })
    });
    let acceptable = |rating: &Option<Rating>| rating.is_some_and(|rating| rating.quality > 0);
    if acceptable(&ratings[0]) {
        for rating in &mut ratings[1..] {
            *rating = rating.filter(|rating| rating.fit > Fit::Any);
        }
    }
    let (offer, rating) = (0..)
        .zip(ratings)
        .filter(|(_, rating)| acceptable(rating))
        .filter_map(|(offer, rating)| Some((offer, rating?)))
        // `max_by_key` takes the last of equals, so the order of the offers is reversed.
        .max_by_key(|(offer, rating)| {
            let Rating { quality, fit, position, .. } = *rating;
            (quality, fit.min(Fit::Name), std::cmp::Reverse(position), std::cmp::Reverse(*offer))
        })?;
    Some(match offer {
        0 => Format::Text(rating.escaping),
        1 => Format::OpenMetrics(OpenMetricsVersion::V1_0_0, rating.escaping),
        _ => Format::OpenMetrics(OpenMetricsVersion::V0_0_1, rating.escaping),
    })
}

/// How `range`, one element of `Accept`, rates an offer; `None` if it does not speak of it.
fn rate(offer: (&str, &str, &str, bool), range: &str, position: usize) -> Option<Rating> {
    let (name, subtype, version, default) = offer;
    let mut parts = split_outside_quotes(range, ';').map(str::trim);
    let (range_type, range_subtype) = parts.next()?.split_once('/')?;
    let mut fit = match (range_type.trim(), range_subtype.trim()) {
        ("*", "*") => Fit::Any,
        (range_type, "*") if range_type.eq_ignore_ascii_case(name) => Fit::Type,
        (range_type, range_subtype)
            if range_type.eq_ignore_ascii_case(name) && range_subtype.eq_ignore_ascii_case(subtype) =>
        {
            Fit::Name
        }
        _ => return None,
    };
    let (mut quality, mut escaping) = (1_000, Escaping::Unstated);
    let mut stated = None;
    for (key, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().trim_matches('"'));
        match key.as_str() {
            "q" => quality = parse_quality(value)?,
            "version" => stated = Some(value),
            "escaping" => escaping = parse_escaping(value),
            _ => {}
        }
    }
    match stated {
        Some(stated) if stated != version => return None,
        Some(_) if fit == Fit::Name => fit = Fit::Version,
        None if fit == Fit::Name && !default => return None,
        _ => {}
    }
    Some(Rating { fit, quality, position, escaping })
}

/// A quality in thousandths. Prometheus has sent whole numbers above 1; they mean 1.
fn parse_quality(text: &str) -> Option<u16> {
    let quality: f32 = text.parse().ok()?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // between 0 and 1,000
    quality.is_finite().then(|| (quality.clamp(0.0, 1.0) * 1_000.0).round() as u16)
}

/// What we answer to a scheme. `dots` and `values` alter even ASCII names, which `underscores`, their common fallback,
/// does not.
fn parse_escaping(text: &str) -> Escaping {
    match text {
        // The specification's page writes it without the second hyphen, Prometheus itself with it.
        "allow-utf-8" | "allow-utf8" => Escaping::AllowUtf8,
        "underscores" | "dots" | "values" => Escaping::Underscores,
        _ => Escaping::Unstated,
    }
}

fn negotiate_encoding(accept_encoding: &str) -> Encoding {
    let (mut gzip, mut identity, mut any) = (None, None, None);
    for element in accept_encoding.split(',') {
        let mut parts = element.split(';').map(str::trim);
        let coding = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(key, _)| key.trim().eq_ignore_ascii_case("q"))
            .map_or(Some(1_000), |(_, value)| parse_quality(value.trim()));
        let Some(quality) = quality else { continue };
        match coding.as_str() {
            "gzip" | "x-gzip" => gzip = gzip.max(Some(quality)),
            "identity" => identity = Some(quality),
            "*" => any = Some(quality),
            _ => {}
        }
    }
    let refuses_identity = identity.or(any) == Some(0);
    let gzip = gzip.or(any);
    match gzip {
        Some(0) => Encoding::Identity,
        // Named or by `*`, gzip is taken unless plain text is wanted more.
        Some(quality) if identity.or(any).is_none_or(|identity| identity <= quality) => Encoding::Gzip,
        // Not named, but plain text is refused.
        None if refuses_identity => Encoding::Gzip,
        _ => Encoding::Identity,
    }
}

/// The parts of `text` between `separator`s that are not inside a quoted string.
fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |character| {
        if escaped {
            escaped = false;
        } else if quoted && character == '\\' {
            escaped = true;
        } else if character == '"' {
            quoted = !quoted;
        }
        character == separator && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::{negotiate, negotiate_encoding};
    use crate::Encoding::{self, Gzip, Identity};
    use crate::Escaping::{AllowUtf8, Underscores, Unstated};
    use crate::Format::{self, OpenMetrics, Text};
    use crate::OpenMetricsVersion::{V0_0_1, V1_0_0};

    fn check(accept: &str, expected: Format) {
        assert_eq!(negotiate(Some(accept), None).format, expected, "{accept}");
    }

    fn check_encoding(accept_encoding: &str, expected: Encoding) {
        assert_eq!(negotiate_encoding(accept_encoding), expected, "{accept_encoding}");
    }

    #[test]
    fn what_scrapers_send() {
        // Prometheus 3.
        check(
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
             application/openmetrics-text;version=0.0.1;q=0.5,\
             text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            OpenMetrics(V1_0_0, AllowUtf8),
        );
        // Prometheus 3 with native histograms, and with names escaped.
        check(
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,\
             application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,\
             application/openmetrics-text;version=0.0.1;q=0.5,\
             text/plain;version=1.0.0;escaping=underscores;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            OpenMetrics(V1_0_0, Underscores),
        );
        // Prometheus 3 told to prefer text.
        check(
            "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,\
             application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.4,*/*;q=0.3",
            Text(Unstated),
        );
        // Prometheus 2, late and early, and 1.
        check(
            "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,\
             text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            OpenMetrics(V1_0_0, Unstated),
        );
        check(
            "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            OpenMetrics(V0_0_1, Unstated),
        );
        check(
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,\
             text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
            Format::TEXT,
        );
        // vmagent.
        check("text/plain;version=0.0.4;q=1,*/*;q=0.1", Format::TEXT);
    }

    #[test]
    fn people_get_text() {
        check("*/*", Format::TEXT);
        check(
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
            Format::TEXT,
        );
        check("application/json, text/plain, */*", Format::TEXT);
        assert_eq!(negotiate(None, None).format, Format::TEXT);
    }

    #[test]
    fn nothing_acceptable_is_text() {
        for accept in
            ["", "image/png", "text/plain;q=0", "nonsense", ",;=,", "text/plain;version=2.0.0", "a/b;q=x"]
        {
            check(accept, Format::TEXT);
        }
    }

    #[test]
    fn the_highest_quality_wins_then_the_first() {
        let open_metrics = Format::OPEN_METRICS;
        check("text/plain;q=0.5, application/openmetrics-text;q=0.6", open_metrics);
        check("text/plain;q=0.7, application/openmetrics-text;q=0.6", Format::TEXT);
        check("text/plain, application/openmetrics-text", Format::TEXT);
        check("application/openmetrics-text, text/plain", open_metrics);
        check("APPLICATION/OpenMetrics-Text ; Version=\"1.0.0\" ; Q=0.9 , text/plain;q=0.8", open_metrics);
        check("application/openmetrics-text;q=0,text/plain;q=0.1", Format::TEXT);
    }

    #[test]
    fn a_wildcard_means_open_metrics_only_where_text_is_refused() {
        check("text/plain;q=0.2,*/*;q=0.8", Format::TEXT);
        check("text/plain;q=0,*/*;q=0.8", Format::OPEN_METRICS);
        check("application/*", Format::OPEN_METRICS);
        check("text/*;q=0.9,application/*;q=0.8", Format::TEXT);
        check("*/*;q=2", Format::TEXT);
    }

    #[test]
    fn versions_and_schemes_are_validated() {
        check("application/openmetrics-text;version=0.0.1", OpenMetrics(V0_0_1, Unstated));
        check("application/openmetrics-text;version=3.0.0,text/plain;q=0.1", Format::TEXT);
        check("text/plain;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.1", Format::TEXT);
        check("text/plain;version=0.0.4;escaping=allow-utf8", Text(AllowUtf8));
        check("text/plain;escaping=dots", Text(Underscores));
        check("text/plain;escaping=values", Text(Underscores));
        check("text/plain;escaping=\r\nevil: yes", Text(Unstated));
        check("text/html;x=\"a,text/plain;q=1\",application/openmetrics-text;q=0.1", Format::OPEN_METRICS);
    }

    #[test]
    fn encodings_follow_the_rfc() {
        assert_eq!(negotiate(None, None).encoding, Identity);
        for accepted in [
            "gzip",
            "deflate, gzip, br, zstd",
            "GZIP;q=0.1",
            "*",
            "x-gzip",
            "identity;q=0",
            "br, *;q=0.5",
            "gzip, *;q=0",
        ] {
            check_encoding(accepted, Gzip);
        }
        for refused in [
            "",
            "identity",
            "br",
            "gzip;q=0",
            "gzip;q=0, *",
            "*;q=0",
            "gzip;q=0.5, identity",
            "gzip;q=0.5, *;q=0.8",
            "gzip;q=nonsense",
            "gzip;q=0, identity;q=0",
        ] {
            check_encoding(refused, Identity);
        }
    }

    #[test]
    fn the_content_type_names_what_was_chosen() {
        let types = [
            (Format::TEXT, "text/plain; version=0.0.4; charset=utf-8"),
            (Text(Underscores), "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"),
            (OpenMetrics(V0_0_1, Unstated), "application/openmetrics-text; version=0.0.1; charset=utf-8"),
            (
                OpenMetrics(V1_0_0, AllowUtf8),
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
            ),
        ];
        for (format, expected) in types {
            assert_eq!(format.content_type(), expected);
        }
    }
}

//! Lookout's own troubles: a configuration that is refused, series that are withheld, a limit, its own certificate.

use jiff::Timestamp;
use lookout_self_metrics::metrics::Configuration;

use super::super::configuration;
use super::super::model::{ExporterModel, Limit, PageModel};
use super::super::text::{Clipped, Text};
use super::super::words::{as_u64, between, count, grouped, moment, rounded, verb};
use super::{MAX_MESSAGE, begin_card, end_card};
use crate::reload::Rejected;

/// Families that are named in an entry.
const MAX_FAMILIES: usize = 10;

pub(super) fn refused(page: &mut String, which: Configuration, rejected: &Rejected, model: &PageModel) {
    begin_card(page, "warn", "refused");
    put!(page, "The newest configuration is not in force: {}</h3>", configuration::what(which));
    let first = rejected.message.lines().next().unwrap_or_default();
    put!(page, "\n<p class=\"message\">{}</p>", Clipped(first, MAX_MESSAGE));
    let (at, ago) = (moment(rejected.at, model.now), rounded(between(rejected.at, model.now)));
    put!(
        page,
        "\n<p>Read at {at}, {ago} ago. The one before it is in force, and Lookout would not start with this one: "
    );
    page.push_str("<a href=\"#configuration\">see every fault</a>.</p>");
    let remedy = "mend the file, or roll it back; it is read again when it changes";
    end_card(page, Some(remedy), model.runbook("LookoutConfigurationRejected"));
}

pub(super) fn withheld(page: &mut String, exporter: &ExporterModel, model: &PageModel) {
    let families = exporter.withheld();
    let are = verb(families.len(), "is", "are");
    begin_card(page, "warn", "withheld");
    put!(
        page,
        "{}: {} {are} withheld</h3>",
        Text(exporter.name),
        count(families.len(), "family", "families")
    );
    page.push_str("\n<p>The series budget is spent. Boards and alerts that read these are blind: ");
    for (place, family) in families.iter().take(MAX_FAMILIES).enumerate() {
        put!(page, "{}<code>{}</code>", if place > 0 { ", " } else { "" }, Text(family));
    }
    let more = families.len().saturating_sub(MAX_FAMILIES);
    if more > 0 {
        put!(page, " and {} more", grouped(as_u64(more)));
    }
    page.push_str(".</p>");
    let remedy = "exclude what need not be watched, or raise the exporter's `series_budget`";
    end_card(page, Some(remedy), model.runbook("LookoutFamilyWithheld"));
}

pub(super) fn certificate(page: &mut String, not_after: Timestamp, model: &PageModel) {
    let now = model.now;
    let (word, left) = if not_after <= now {
        ("expired", "Clients that check it refuse to connect.".to_owned())
    } else {
        ("expires soon", format!("It is valid for another {}.", rounded(between(now, not_after))))
    };
    begin_card(page, "warn", word);
    page.push_str("The certificate that Lookout serves with</h3>");
    put!(page, "\n<p>Its end is {}. {left}</p>", moment(not_after, now));
    let remedy = "renew it; a changed file is followed without a restart";
    end_card(page, Some(remedy), model.runbook("LookoutOwnCertificateExpires"));
}

pub(super) fn nearly_spent(page: &mut String, limit: &Limit, model: &PageModel) {
    begin_card(page, "warn", "nearly spent");
    put!(page, "{}</h3><p>", Text(&limit.what));
    put!(
        page,
        "{} of at most {}; see <a href=\"#limits\">the limits</a>.</p>",
        grouped(limit.used),
        grouped(limit.most)
    );
    end_card(page, None, limit.alert.and_then(|alert| model.runbook(alert)));
}

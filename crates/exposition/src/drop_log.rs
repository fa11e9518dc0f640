//! What is dropped is said once per family and reason, because it is counted at each publish.

use lookout_declarations::Declaration;

/// What was already said of one family.
#[derive(Debug, Default)]
pub(crate) struct Once {
    said: u8,
}

/// What can be said once.
#[derive(Clone, Copy, Debug)]
enum Remark {
    Duplicate = 1,
    Invalid = 2,
    BeyondSize = 4,
    Clipped = 8,
}

impl Once {
    /// Whether it is said for the first time.
    fn is_new(&mut self, remark: Remark) -> bool {
        let remark = remark as u8;
        let new = self.said & remark == 0;
        self.said |= remark;
        new
    }

    pub(crate) fn duplicate(
        &mut self,
        exporter: &str,
        declaration: &Declaration,
        rows: usize,
        example: Option<&[u8]>,
    ) {
        if self.is_new(Remark::Duplicate) {
            let example = example.map_or_else(|| "in another source".into(), String::from_utf8_lossy);
            tracing::warn!(
                exporter,
                family = declaration.name,
                reason = "duplicate",
                rows,
                %example,
                "drop rows: others with the same labels were published first; this is said once"
            );
        }
    }

    pub(crate) fn invalid(
        &mut self,
        exporter: &str,
        declaration: &Declaration,
        rows: u64,
        fault: Option<&str>,
    ) {
        if self.is_new(Remark::Invalid) {
            tracing::warn!(
                exporter,
                family = declaration.name,
                reason = "invalid",
                rows,
                fault = fault.unwrap_or("unknown"),
                "drop rows: they cannot be expressed; this is said once"
            );
        }
    }

    pub(crate) fn beyond_size(&mut self, exporter: &str, declaration: &Declaration, rows: u64) {
        if self.is_new(Remark::BeyondSize) {
            tracing::warn!(
                exporter,
                family = declaration.name,
                reason = "budget",
                rows,
                "drop rows: one source's family is larger than 4 GiB; this is said once"
            );
        }
    }

    pub(crate) fn clipped(&mut self, exporter: &str, declaration: &Declaration, labels: u64) {
        if self.is_new(Remark::Clipped) {
            tracing::warn!(
                exporter,
                family = declaration.name,
                labels,
                "shorten labels: values beyond 1,024 bytes end in a hash, object labels beyond 64 are left out; \
                 this is said once"
            );
        }
    }
}

/// The budget began or ceased to withhold a family.
pub(crate) fn withheld(
    exporter: &str,
    declaration: &Declaration,
    withheld: bool,
    series: usize,
    budget: usize,
) {
    let family = declaration.name;
    if withheld {
        tracing::warn!(
            exporter,
            family,
            reason = "budget",
            series,
            budget,
            "withhold family: the exporter is above its series budget; raise it, or watch less"
        );
    } else {
        tracing::info!(
            exporter,
            family,
            series,
            budget,
            "serve family again: it is within the series budget"
        );
    }
}

/// Rows came for a family that the exporter does not declare.
pub(crate) fn undeclared(exporter: &str, family: &str, source: u32) {
    tracing::error!(
        exporter,
        family,
        source,
        reason = "invalid",
        "drop rows: the exporter does not declare this family; add it to its `METRICS`"
    );
}

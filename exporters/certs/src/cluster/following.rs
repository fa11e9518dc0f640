//! What a source of several follows makes of how they stand.
//!
//! A cycle fails only if nothing that the source follows can be read: what was read before stays, but nothing was learnt.
//! Whatever else fails is a fault beside the model: one namespace, one resource of several, one object. A resource that the
//! server does not have is no fault.

use lookout_kubernetes::{Followed, ObjectFault, Part, PartState, Resource};
use lookout_runtime::{CollectError, Fault};

/// How one follow of a source stands.
#[derive(Debug)]
pub(crate) struct Standing {
    resource: Resource,
    parts: Vec<Part>,
    faults: Vec<ObjectFault>,
    fault_count: usize,
}

impl Standing {
    /// Of what is known of `resource`.
    pub(crate) fn of<T>(resource: Resource, followed: &Followed<T>) -> Self {
        Self {
            resource,
            parts: followed.parts.clone(),
            faults: followed.faults.clone(),
            fault_count: followed.fault_count,
        }
    }

    fn failures(&self) -> impl Iterator<Item = Fault> {
        self.parts.iter().filter_map(|part| match &part.state {
            PartState::Failing { reason, message, .. } => {
                let within = part.namespace.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
                let subject = format!("{}{within}", self.resource);
                Some(Fault { reason: *reason, subject, message: message.clone() })
            }
            PartState::Listing | PartState::Following | PartState::Absent => None,
        })
    }

    fn works(&self) -> bool {
        self.parts.iter().any(|part| matches!(part.state, PartState::Following | PartState::Listing))
    }
}

/// The faults that stand.
///
/// # Errors
/// That nothing can be read: some of it fails, and the rest is not there.
pub(crate) fn outcome(standings: &[Standing]) -> Result<Vec<Fault>, CollectError> {
    let mut faults: Vec<Fault> = standings.iter().flat_map(Standing::failures).collect();
    if let Some(fault) = faults.first()
        && !standings.iter().any(Standing::works)
    {
        return Err(CollectError::new(fault.reason, format!("{}: {}", fault.subject, fault.message)));
    }
    for standing in standings {
        faults.extend(standing.faults.iter().map(|fault| Fault {
            reason: fault.reason,
            subject: format!("{} {}", standing.resource.kind, fault.key),
            message: fault.message.clone(),
        }));
        let untold = standing.fault_count.saturating_sub(standing.faults.len());
        if untold > 0
            && let Some(last) = standing.faults.last()
        {
            let message = format!("{untold} further objects could not be read");
            faults.push(Fault { reason: last.reason, subject: standing.resource.to_string(), message });
        }
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use lookout_declarations::Reason;

    use super::*;

    const THINGS: Resource = Resource {
        group: "x.example",
        versions: &["v1"],
        plural: "things",
        kind: "Thing",
        is_namespaced: true,
    };

    fn standing(states: &[PartState]) -> Standing {
        let part = |(index, state): (usize, &PartState)| Part {
            namespace: Some(format!("n{index}")),
            state: state.clone(),
            current: None,
        };
        let parts = states.iter().enumerate().map(part).collect();
        Standing { resource: THINGS, parts, faults: Vec::new(), fault_count: 0 }
    }

    fn failing() -> PartState {
        let since = Timestamp::UNIX_EPOCH;
        PartState::Failing { reason: Reason::Denied, message: "no".to_owned(), since }
    }

    #[test]
    fn a_cycle_fails_only_where_nothing_can_be_read() {
        let all = outcome(&[standing(&[failing()]), standing(&[PartState::Absent])]);
        assert_eq!(all.unwrap_err(), CollectError::new(Reason::Denied, "things.x.example in n0: no"));
        let some = outcome(&[standing(&[failing(), PartState::Following])]).unwrap();
        assert_eq!(some.len(), 1);
        let other = outcome(&[standing(&[failing()]), standing(&[PartState::Following])]).unwrap();
        assert_eq!(other.first().map(|fault| fault.subject.as_str()), Some("things.x.example in n0"));
    }

    #[test]
    fn what_the_server_does_not_have_is_no_fault() {
        assert_eq!(outcome(&[standing(&[PartState::Absent])]), Ok(Vec::new()));
        assert_eq!(outcome(&[]), Ok(Vec::new()));
    }

    #[test]
    fn objects_that_cannot_be_read_are_told_and_the_rest_is_counted() {
        let key = lookout_kubernetes::ObjectKey::new("a", "b");
        let fault = ObjectFault { key, reason: Reason::TooLarge, message: "big".to_owned() };
        let mut standing = standing(&[PartState::Following]);
        (standing.faults, standing.fault_count) = (vec![fault], 3);
        let faults = outcome(&[standing]).unwrap();
        let told: Vec<_> =
            faults.iter().map(|fault| (fault.subject.as_str(), fault.message.as_str())).collect();
        assert_eq!(told, [("Thing a/b", "big"), ("things.x.example", "2 further objects could not be read")]);
    }
}

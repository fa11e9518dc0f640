//! What the parameters of a request ask for.
//!
//! Invariant: an answer repeats nothing of the parameters. What stands in the wrong place may be a secret, and what is
//! repeated to a browser may be a script.

use std::collections::BTreeMap;

use lookout_probe_spec::config::DEFAULT_MODULE;
use lookout_runtime::Refusal;

use crate::module::Module;
use crate::target::Target;

/// The most names of modules that an answer lists.
const MAX_LISTED: usize = 20;

/// What is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) target: Target,
    pub(crate) module_name: &'a str,
    pub(crate) module: &'a Module,
}

impl<'a> Asked<'a> {
    /// Reads the parameters: one `target`, at most one `module`, and nothing else.
    pub(crate) fn read(
        parameters: &[(String, String)],
        modules: &'a BTreeMap<String, Module>,
    ) -> Result<Self, Refusal> {
        let (mut target, mut module) = (None, None);
        for (name, value) in parameters {
            let place = match name.as_str() {
                "target" => &mut target,
                "module" => &mut module,
                _ => {
                    return refuse("there is a parameter that is not known; known are `target` and `module`");
                }
            };
            if place.replace(value.as_str()).is_some() {
                return refuse("`target` and `module` may each be there once");
            }
        }
        let Some(target) = target.filter(|target| !target.is_empty()) else {
            return refuse("the parameter `target` is missing; write `/probe?target=…&module=…`");
        };
        let wanted = module.filter(|module| !module.is_empty()).unwrap_or(DEFAULT_MODULE);
        let Some((module_name, module)) = modules.get_key_value(wanted) else {
            return refuse(format!("there is no such module; known are {}", listed(modules)));
        };
        match Target::parse(target, module.kind) {
            Ok(target) => Ok(Self { target, module_name, module }),
            Err(error) => refuse(format!("the target cannot be probed: {error}")),
        }
    }
}

fn refuse<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::UnderstandRequest(message.into()))
}

fn listed(modules: &BTreeMap<String, Module>) -> String {
    let mut names: Vec<_> = modules.keys().take(MAX_LISTED).map(|name| format!("`{name}`")).collect();
    if modules.len() > MAX_LISTED {
        names.push(format!("{} more", modules.len() - MAX_LISTED));
    }
    names.join(", ")
}

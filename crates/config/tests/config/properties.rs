//! What holds for every file, whatever its bytes: checked by the property tests and, through the feature `fuzzing`, by
//! the fuzz target. A property that does not hold panics.

use lookout_config::{Faults, MAX_FAULTS, load, load_bytes};

use super::sample::Settings;

/// Loads `bytes`: the answer is settings that load again from their own serialisation, or faults with places in the
/// file that are fit to be printed.
pub(crate) fn check_load(bytes: &[u8]) {
    match load_bytes::<Settings>("lookout.yaml", bytes) {
        Ok(settings) => check_settings(&settings),
        Err(faults) => check_faults(&faults, bytes),
    }
}

fn check_settings(settings: &Settings) {
    let json = serde_json::to_string(settings).expect("settings serialise");
    // JSON is YAML but for a few characters that must be escaped.
    if json.is_ascii() && !json.contains('\u{7f}') {
        let again = load::<Settings>("again", &json).unwrap_or_else(|faults| panic!("{faults}\n{json}"));
        assert_eq!(&again, settings, "{json}");
    }
}

fn check_faults(faults: &Faults, bytes: &[u8]) {
    assert!((1..=MAX_FAULTS).contains(&faults.faults.len()), "{faults}");
    let last_line = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 2;
    for fault in &faults.faults {
        assert!((1..=last_line).contains(&fault.line), "{fault}");
        assert!((1..=bytes.len() + 2).contains(&fault.column), "{fault}");
        assert!(!fault.message.is_empty() && fault.to_string().len() < 16 * 1024, "{fault}");
        assert!(!fault.to_string().contains(char::is_control), "{fault:?}");
    }
    assert!(faults.faults.is_sorted_by_key(|fault| (fault.line, fault.column)), "{faults}");
    assert!(serde_json::to_string(faults).is_ok(), "{faults}");
}

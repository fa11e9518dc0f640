//! `Ratio`: numbers from 0 to 1, and what is said to everybody who thinks in percent.

use lookout_config::Ratio;
use proptest::prelude::*;

#[test]
fn numbers_outside_are_refused_with_what_to_write() {
    for (value, message) in [
        (25.0, "a ratio is a number from 0 to 1, not 25; for 25 % write 0.25"),
        (-0.5, "a ratio is a number from 0 to 1, not -0.5"),
        (f64::NAN, "a ratio is a number from 0 to 1, not NaN"),
        (1000.0, "a ratio is a number from 0 to 1, not 1000"),
    ] {
        assert_eq!(Ratio::new(value).unwrap_err().to_string(), message);
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back(value in 0.0..=1.0) {
        let ratio = Ratio::new(value).unwrap();
        let json = serde_json::to_string(&ratio).unwrap();
        prop_assert_eq!(serde_json::from_str::<Ratio>(&json).unwrap(), ratio);
        let text = format!("tenants: {{a: {{contact: x, share: {ratio}}}}}");
        let settings = lookout_config::load::<crate::sample::Settings>("lookout.yaml", &text).unwrap();
        prop_assert_eq!(settings.tenants["a"].share, Some(ratio));
    }
}

//! Rule files of others, as `lookout rules lint` reads them: whatever they are, there are rules with lines in the file, or an error
//! with one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lookout_rule_files::rules;

fuzz_target!(|text: &str| {
    // To YAML a carriage return ends a line too; and the end of a text is one line behind its last.
    let n_lines = text.matches(['\n', '\r']).count() + 2;
    let in_file = |line: usize| assert!((1..=n_lines).contains(&line), "there is no line {line}");
    for is_list in [false, true] {
        match rules(text, is_list) {
            Ok(rules) => {
                for rule in &rules {
                    in_file(rule.line);
                    let Some(expression) = &rule.expression else { continue };
                    let last = expression.as_str().lines().count().max(1);
                    (1..=last).for_each(|line| in_file(expression.line_of(line)));
                }
                assert_eq!(rules, lookout_rule_files::rules(text, is_list).unwrap(), "the same again");
            }
            Err(error) => {
                in_file(error.line);
                assert!(!is_list && !error.why.is_empty());
            }
        }
    }
});

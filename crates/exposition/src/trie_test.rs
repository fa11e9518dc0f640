//! The trie and its operations, on rows whose hashes are chosen, equal ones included.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::{Strategy, prop};
use proptest::{prop_assert, prop_assert_eq, proptest};

use crate::claims::PartId;
use crate::contest::{Contest, Part};
use crate::divide::divide;
use crate::hash::check_hash;
use crate::piece::SPLIT_ABOVE;
use crate::rows::{Mark, identity};
use crate::splice::{Addition, Removal, Seniority, splice};
use crate::trie::{Difference, Node, each_new_piece};

/// A row as its hash and its text; the text is `x{n="NUMBER"} VALUE`.
type Row = (u64, String);

fn row(hash: u64, number: u32, value: u32) -> Row {
    (hash, format!("x{{n=\"{number}\"}} {value}\n"))
}

fn encoded(rows: &[Row]) -> (Vec<u8>, Vec<Mark>) {
    let (mut body, mut marks) = (Vec::new(), Vec::new());
    for (hash, text) in rows {
        let (start, length) = (u32::try_from(body.len()).unwrap(), u32::try_from(text.len()).unwrap());
        marks.push(Mark { hash: *hash, start, length });
        body.extend_from_slice(text.as_bytes());
    }
    (body, marks)
}

fn divided(rows: &[Row], previous: Option<&Arc<Node>>) -> Option<Arc<Node>> {
    let (body, marks) = encoded(rows);
    divide(&body, &marks, previous).root
}

/// Every row of a trie, checked to be where its hash leads.
fn rows_of(root: Option<&Arc<Node>>) -> BTreeSet<Row> {
    let mut rows = BTreeSet::new();
    let Some(root) = root else { return rows };
    let mut last = 0;
    root.each_piece(&mut |piece| {
        let piece_text = piece.text();
        assert_eq!(piece.crc(), crc32fast::hash(&piece_text));
        for mark in piece.marks() {
            assert!(mark.hash >= last, "hashes ascend over all pieces");
            last = mark.hash;
            let text = mark.of(&piece_text);
            assert!(std::ptr::eq(root.piece_of(mark.hash), piece));
            assert!(piece.contains(&piece_text, mark.hash, text));
            rows.insert((mark.hash, String::from_utf8(text.to_vec()).unwrap()));
        }
    });
    let bytes: Vec<u8> = {
        let mut bytes = Vec::new();
        root.each_piece(&mut |piece| bytes.extend_from_slice(&piece.text()));
        bytes
    };
    assert_eq!(root.totals().rows, rows.len());
    assert_eq!((root.totals().bytes, root.totals().crc), (bytes.len(), crc32fast::hash(&bytes)));
    rows
}

/// A hash for each label set: some are spread, some share their leading bits, many are equal.
fn hash_of(number: u32) -> u64 {
    let number = u64::from(number);
    match number % 4 {
        0 => number.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        1 => (0xabcd << 48) | (number % 40),
        2 => number % 3,
        _ => ((number % 16) / 4) << 62,
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::btree_map(0..400_u32, 0..3_u32, 0..200).prop_map(|rows| {
        rows.into_iter().map(|(number, value)| row(hash_of(number), number, value)).collect()
    })
}

proptest! {
    #[test]
    fn dividing_keeps_every_row_and_every_limit(first in rows(), second in rows()) {
        let before = divided(&first, None);
        prop_assert_eq!(rows_of(before.as_ref()), first.iter().cloned().collect());
        let after = divided(&second, before.as_ref());
        prop_assert_eq!(rows_of(after.as_ref()), second.iter().cloned().collect());
        if let Some(after) = &after {
            after.each_piece(&mut |piece| {
                let one_hash = piece.marks().iter().all(|mark| mark.hash == piece.marks()[0].hash);
                assert!(piece.bytes() <= SPLIT_ABOVE || one_hash);
            });
            let same = divided(&second, Some(after));
            prop_assert!(same.is_some_and(|same| Arc::ptr_eq(&same, after)), "unchanged rows keep their nodes");
        }
    }

    #[test]
    fn differences_and_matches_are_those_of_the_sets(first in rows(), second in rows()) {
        let (first_root, second_root) = (divided(&first, None), divided(&second, None));
        let set = |rows: &[Row]| rows.iter().map(|(hash, _)| *hash).collect::<BTreeSet<u64>>();
        let (first_set, second_set) = (set(&first), set(&second));
        let minus = |a: &BTreeSet<u64>, b: &BTreeSet<u64>| a.difference(b).copied().collect::<Vec<u64>>();
        prop_assert_eq!(
            Difference::between(first_root.as_ref(), second_root.as_ref()),
            Difference { added: minus(&second_set, &first_set), removed: minus(&first_set, &second_set) }
        );
        let mut matches = BTreeSet::new();
        if let Some(root) = &second_root {
            let hashes: Vec<u64> = first_set.iter().copied().collect();
            root.each_match(0, &hashes, &mut |_, mark| {
                matches.insert(mark.hash);
            });
        }
        prop_assert_eq!(matches, first_set.intersection(&second_set).copied().collect());
    }

    #[test]
    fn only_new_pieces_are_visited(first in rows(), changes in prop::collection::vec((0..200_usize, 5..9_u32), 0..3)) {
        let Some(before) = divided(&first, None) else { return Ok(()) };
        let mut second = first.clone();
        for (index, value) in changes {
            let index = index % second.len();
            let number = second[index].1.split('"').nth(1).unwrap().parse().unwrap();
            second[index] = row(second[index].0, number, value);
        }
        let after = divided(&second, Some(&before)).unwrap();
        let pieces = |root: &Node| {
            let mut pieces = BTreeSet::new();
            root.each_piece(&mut |piece| {
                pieces.insert(std::ptr::from_ref(piece).addr());
            });
            pieces
        };
        let mut visited = BTreeSet::new();
        each_new_piece(Some(&before), &after, &mut |piece| {
            visited.insert(std::ptr::from_ref(piece).addr());
        });
        let (before, after) = (pieces(&before), pieces(&after));
        prop_assert_eq!(visited, after.difference(&before).copied().collect());
    }
}

fn addition(row: &Row) -> Addition<'_> {
    Addition { hash: row.0, seniority: Seniority::New, owner: 0, row: row.1.as_bytes() }
}

fn removal(row: &Row) -> Removal {
    Removal { hash: row.0, check: check_hash(identity(row.1.as_bytes())) }
}

#[test]
fn rows_with_one_hash_and_different_labels_are_all_served_and_told_apart() {
    let (one, two, three) = (row(7, 1, 1), row(7, 2, 1), row(7, 3, 1));
    let all = [one.clone(), two.clone(), three.clone()];
    assert_eq!(rows_of(divided(&all, None).as_ref()), all.iter().cloned().collect());

    let spliced = splice(None, &[], &all.each_ref().map(addition));
    assert!(spliced.losers.is_empty() && spliced.repeated.is_empty());
    let root = spliced.root;
    assert_eq!(rows_of(root.as_ref()), all.iter().cloned().collect());
    let spliced = splice(root.clone(), &[removal(&two)], &[]);
    assert_eq!(rows_of(spliced.root.as_ref()), [one.clone(), three.clone()].into());
    let changed = row(7, 3, 9);
    let spliced = splice(root, &[removal(&three)], &[addition(&changed)]);
    assert_eq!(rows_of(spliced.root.as_ref()), [one, two, changed].into());
}

#[test]
fn a_duplicate_among_rows_with_one_hash_is_found() {
    let rows = [row(7, 1, 1), row(7, 2, 1), row(7, 1, 5)];
    let (body, marks) = encoded(&rows);
    let divided = divide(&body, &marks, None);
    assert_eq!((divided.duplicates, divided.example.as_deref()), (1, Some(&b"x{n=\"1\"}"[..])));
    assert_eq!(rows_of(divided.root.as_ref()), rows[..2].iter().cloned().collect());
    let again = [row(7, 2, 5)];
    let spliced = splice(divided.root, &[], &[addition(&again[0])]);
    assert_eq!(spliced.losers.len(), 1);
}

#[test]
fn parts_with_one_hash_and_different_labels_do_not_contest() {
    let id = |source| PartId { source, keyed: false };
    let (one, two, both) = (row(7, 1, 1), row(7, 2, 2), [row(7, 2, 3), row(7, 3, 3)]);
    let mut contest = Contest::default();
    contest.replace(id(0), divided(std::slice::from_ref(&one), None));
    contest.replace(id(1), divided(std::slice::from_ref(&two), None));
    assert_eq!(contest.rows(), 2);
    // Of two rows with the contested hash only the one with the same labels loses.
    contest.replace(id(2), divided(&both, None));
    let served: Vec<_> = contest.parts().iter().map(|part| rows_of(Some(&part.served))).collect();
    assert_eq!(served, [[one].into(), [two].into(), [both[1].clone()].into()]);
    contest.replace(id(1), None);
    assert_eq!(contest.part(id(2)).map(Part::rows_and_lost_rows), Some((2, 0)));
}

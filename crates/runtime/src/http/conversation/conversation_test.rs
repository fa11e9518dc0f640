//! What a conversation allows, step by step, with the time under the test's control.

use super::*;

fn conversation() -> Arc<Conversation> {
    Arc::new(Conversation::new())
}

fn waiting_since(conversation: &Conversation) -> Option<Instant> {
    conversation.standing().and_then(|standing| standing.waits).map(|(since, _)| since)
}

/// How long from now until it may be cut off.
fn patience(conversation: &Conversation) -> Option<Duration> {
    conversation.standing().and_then(|standing| standing.waits).map(|(_, until)| until - Instant::now())
}

fn reason(conversation: &Conversation) -> Option<CloseReason> {
    conversation.due(&Limits::default()).map(|(_, reason)| reason)
}

#[tokio::test(start_paused = true)]
async fn a_client_is_waited_for_but_not_while_the_server_works() {
    let (conversation, start) = (conversation(), Instant::now());
    assert_eq!(reason(&conversation), Some(CloseReason::HandshakeTimeout));
    conversation.open(false);
    assert_eq!(reason(&conversation), Some(CloseReason::HeadTimeout));
    assert_eq!(waiting_since(&conversation), Some(start));
    let mut turn = conversation.begin();
    assert_eq!((waiting_since(&conversation), reason(&conversation)), (None, None));
    tokio::time::advance(Duration::from_secs(1)).await;
    turn.answered();
    assert_eq!(reason(&conversation), Some(CloseReason::AnswerTimeout));
    assert_eq!(waiting_since(&conversation), Some(start + Duration::from_secs(1)));
    tokio::time::advance(Duration::from_secs(1)).await;
    drop(turn);
    assert_eq!(reason(&conversation), Some(CloseReason::Idle));
    assert_eq!(waiting_since(&conversation), Some(start + Duration::from_secs(2)));
}

#[tokio::test(start_paused = true)]
async fn a_head_that_has_begun_has_less_time_and_does_not_make_the_client_younger() {
    let (conversation, start) = (conversation(), Instant::now());
    conversation.open(false);
    drop(conversation.begin());
    tokio::time::advance(Duration::from_mins(1)).await;
    conversation.heard(b"GET");
    let limits = Limits::default();
    let expected = Instant::now() + limits.head;
    assert_eq!(conversation.due(&limits), Some((expected, CloseReason::HeadTimeout)));
    tokio::time::advance(Duration::from_secs(5)).await;
    conversation.heard(b"GET");
    assert_eq!(conversation.due(&limits), Some((expected, CloseReason::HeadTimeout)));
    assert_eq!(waiting_since(&conversation), Some(start));
}

#[tokio::test(start_paused = true)]
async fn of_several_answers_the_oldest_counts() {
    let conversation = conversation();
    conversation.open(true);
    let (mut first, mut second, third) = (conversation.begin(), conversation.begin(), conversation.begin());
    first.answered();
    let earlier = Instant::now();
    tokio::time::advance(Duration::from_secs(1)).await;
    second.answered();
    assert_eq!(waiting_since(&conversation), Some(earlier));
    drop(first);
    assert_eq!(waiting_since(&conversation), Some(earlier + Duration::from_secs(1)));
    drop(second);
    assert_eq!(waiting_since(&conversation), None, "the third is still worked for");
    drop(third);
    conversation.heard(b"GET");
    assert_eq!(reason(&conversation), Some(CloseReason::Idle), "bytes between streams are no head");
}

#[tokio::test]
async fn a_client_is_cut_off_once() {
    let conversation = conversation();
    conversation.cut(CloseReason::Evicted);
    conversation.cut(CloseReason::Idle);
    conversation.changed().await;
    assert_eq!(conversation.cut_for(), Some(CloseReason::Evicted));
    assert_eq!(waiting_since(&conversation), None);
}

/// Asks something that is answered at once.
fn ask(conversation: &Arc<Conversation>) {
    conversation.begin().answered();
}

#[tokio::test(start_paused = true)]
async fn requests_buy_no_time_when_places_are_wanted() {
    let conversation = conversation();
    conversation.open(false);
    assert_eq!(patience(&conversation), Some(GRACE));
    ask(&conversation);
    assert_eq!(patience(&conversation), Some(PAUSE));
    conversation.heard(b"GET");
    assert_eq!(patience(&conversation), Some(PAUSE), "nor does a head that has begun");
    let standing = conversation.standing().unwrap();
    assert_eq!((standing.answered, standing.between, standing.stays), (1, true, true));
}

#[tokio::test(start_paused = true)]
async fn who_takes_an_answer_waits_since_the_last_progress_and_not_for_ever() {
    let conversation = conversation();
    conversation.open(false);
    let mut turn = conversation.begin();
    turn.answered();
    for _ in 0..19 {
        tokio::time::advance(GRACE / 2).await;
        turn.progressed();
        assert!(patience(&conversation).unwrap() >= GRACE / 2);
    }
    assert_eq!(patience(&conversation), Some(GRACE / 2), "its time is over, whatever it takes");
}

#[tokio::test(start_paused = true)]
async fn who_was_told_to_leave_has_one_more_answer_and_who_disregards_it_is_cut_off() {
    let conversation = conversation();
    conversation.open(true);
    ask(&conversation);
    conversation.tell_to_leave();
    assert!(conversation.leaves_for().is_none() && !conversation.standing().unwrap().stays);
    ask(&conversation);
    assert!(conversation.leaves_for().is_some());
    ask(&conversation);
    assert_eq!(conversation.cut_for(), None, "this one was under way");
    tokio::time::advance(GRACE).await;
    ask(&conversation);
    assert_eq!(conversation.cut_for(), Some(CloseReason::Evicted));
}

#[tokio::test]
async fn a_head_that_came_with_the_request_before_has_the_time_of_a_head() {
    let conversation = conversation();
    conversation.open(false);
    conversation.heard(b"GET / HTTP/1.1\r\n\r\nGET / HT");
    ask(&conversation);
    assert_eq!(reason(&conversation), Some(CloseReason::HeadTimeout));
    for end in [&b"\r\n\r"[..], b"\n"] {
        conversation.heard(end);
    }
    ask(&conversation);
    assert_eq!(reason(&conversation), Some(CloseReason::Idle));
}

#[tokio::test(start_paused = true)]
async fn while_the_process_drains_only_who_is_served_has_more_than_the_grace() {
    let conversation = conversation();
    conversation.open(false);
    tokio::time::advance(Duration::from_secs(5)).await;
    let start = Instant::now();
    conversation.heard(b"GET");
    assert_eq!(conversation.due_draining(start), Some(start + GRACE));
    let mut turn = conversation.begin();
    assert_eq!((conversation.due_draining(start), conversation.in_flight()), (None, 1));
    turn.answered();
    assert_eq!((conversation.due_draining(start), conversation.in_flight()), (None, 1));
    tokio::time::advance(Duration::from_secs(5)).await;
    drop(turn);
    assert_eq!(conversation.due_draining(start), Some(Instant::now() + GRACE));
    assert_eq!(conversation.in_flight(), 0);
}

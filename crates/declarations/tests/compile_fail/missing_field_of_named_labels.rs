use lookout_declarations::{label, labels};

label! {
    /// The group.
    pub Group = "group";
    /// The topic.
    pub Topic = "topic";
}
labels! {
    /// Where a group stands.
    pub struct Position { pub group: Group, pub topic: Topic }
}

fn main() {
    let _ = Position { group: "billing" };
}

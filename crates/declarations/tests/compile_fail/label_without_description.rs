lookout_declarations::label! {
    pub Group = "group";
}

fn main() {}

//! Which certificate fails next, and is the one being served the one that is stored?.

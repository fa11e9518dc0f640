//! Certificates that are stored in objects of a cluster: what is read of an object, what is shown of it, and how sources follow.

mod readers;
mod rows;
mod sources;
mod world;

//! What is read through a Kubernetes API: objects as a server sends them, and what follows from them.

mod attached;
mod certmanager;
mod controller;
mod edge;
mod hosts;
mod objects;
mod platform;
mod requests;
mod served;
mod workloads;
mod written;

//! Every rule of a call, as scripts of what happens and what the log then holds.

mod details;
mod facts;
mod kit;
mod leaving;
mod shuffled;
mod status;

//! The feature through HTTP, on both engines.

mod story {
    pub mod audit;
    pub mod issuers;
    pub mod keys;
    pub mod kit;
    pub mod login;
    pub mod operator;
    pub mod pairs;
    pub mod requests;
    pub mod retention;
    pub mod users;
}

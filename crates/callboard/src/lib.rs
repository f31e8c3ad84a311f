//! The binary's parts, as a library for its product tests: configuration, modules, pages, background work.

pub mod background;
pub mod backup;
pub mod config;
pub mod demo;
pub mod desk;
pub mod dev;
pub mod doctor;
pub mod manual;
pub mod metrics;
pub mod modules;
pub mod ops;
pub mod pages;
pub mod reference;
pub mod secret;
pub mod serve;
pub mod slo;
#[cfg(feature = "teeth")]
pub mod teeth;
pub mod telemetry;
pub mod terminal;
pub mod traces;
pub mod version;
pub mod world;

//! The binary's parts, as a library for its product tests: configuration, modules, pages, background work.

pub mod background;
pub mod config;
pub mod demo;
pub mod desk;
pub mod dev;
pub mod manual;
pub mod metrics;
pub mod modules;
pub mod ops;
pub mod pages;
pub mod reference;
pub mod secret;
pub mod serve;
pub mod telemetry;
#[cfg(feature = "teeth")]
pub mod teeth;
pub mod terminal;
pub mod world;

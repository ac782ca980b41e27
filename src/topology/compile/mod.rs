//! x
mod drain;
mod draws;
mod false_alarm;

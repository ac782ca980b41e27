//! Rare figures whose exact values are known, from 1e-5 down to 1e-13.
//!
//! Each case is a generator of a model and of its exact answer, with the rates of failure as a parameter. As they stand
//! the figures are too rare to be seen in a test by plain simulation; so the same generators with inflated rates are
//! simulated here, which shows that a model means what its exact value says. Values that were published, or solved
//! elsewhere, are compared digit by digit. The figures are stationary but for one: each window starts when it is
//! forgotten, to within 1e-4 of the figure, that everything was up. Deliberately absent: estimates of the rare figures
//! themselves.

mod ageing;
mod branches;
mod case;
mod clusters;
mod contrast;
mod coverage;
mod crews;
mod database;
mod dear;
mod failover;
mod fates;
mod fence;
mod first_hours;
mod fleet;
mod hierarchy;
mod inflated;
mod kinds;
mod many;
mod published;
mod returning;
mod services;
mod settling;
mod shipped;
mod solved;
mod splitting;
mod stages;
mod table;

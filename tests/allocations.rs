//! Trials after the first ones take no memory: counted by an allocator of its own, for every model that is shipped.
//!
//! Lists grow to what the worst trial so far needed, so a later trial may still be the first of its kind; what is
//! counted is therefore a second run of trials that have been run before.

use std::alloc::{GlobalAlloc, Layout as Shape, System};
use std::cell::Cell;
use std::fs;

use fivenines::engine::Plain;
use fivenines::measure::{Observers, run_trials};
use fivenines::model::parse;
use fivenines::topology::compile::compile_parsed;
use fivenines::world::{Layout, World};

thread_local! {
    static TAKEN: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counting how often this thread takes memory.
struct Counting;

#[expect(unsafe_code, reason = "an allocator can't be written without")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, shape: Shape) -> *mut u8 {
        TAKEN.set(TAKEN.get() + 1);
        unsafe { System.alloc(shape) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, shape: Shape) {
        unsafe { System.dealloc(pointer, shape) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const TRIALS: u64 = 64;

#[test]
fn trials_take_no_memory() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/models");
    let mut models = 0;
    for entry in fs::read_dir(folder).expect("there are models") {
        let path = entry.expect("readable").path();
        let text = fs::read_to_string(&path).expect("a model is text");
        let (topology, _) = compile_parsed(parse(&text, &[])).expect("a model without errors");
        let layout = Layout::new(&topology);
        let mut world = World::new(&topology, &layout, Plain::new(&topology.draws, 1, 0));
        let mut observers = Observers::new(&topology);
        let mut play = || {
            for trial in 0..TRIALS {
                world.chance_mut().restart(trial);
                world.restart();
                observers.restart();
                observers.watch(&mut world, |_, _| {});
            }
        };
        play();
        let before = TAKEN.get();
        play();
        assert_eq!(TAKEN.get() - before, 0, "{}", path.display());
        let tally = run_trials(&topology, 1, 0..TRIALS);
        let outages = tally.journeys.iter().map(|journey| journey.outages.sum());
        assert!(outages.sum::<f64>() > 0.0, "{}", path.display());
        models += 1;
    }
    assert!(models >= 6, "{models} models");
}

#[test]
fn copying_a_world_into_another_takes_no_memory() {
    let text = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/models/active-active.yaml"
    ));
    let text = text.expect("a model is text");
    let (topology, _) = compile_parsed(parse(&text, &[])).expect("a model without errors");
    let layout = Layout::new(&topology);
    let world = || World::new(&topology, &layout, Plain::new(&topology.draws, 1, 0));
    let (mut nominal, mut branch) = (world(), world());
    let mut copy = || {
        for trial in 0..TRIALS {
            nominal.chance_mut().restart(trial);
            nominal.restart();
            for _ in 0..100 {
                nominal.step();
                branch.clone_from(&nominal);
                branch.step();
            }
        }
    };
    copy();
    let before = TAKEN.get();
    copy();
    assert_eq!(TAKEN.get() - before, 0);
    assert!(branch.state.now >= nominal.state.now);
}

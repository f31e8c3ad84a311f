//! The network between the cast, the media server and the instances: requests are lost, late, and answered to nobody.

use serde_json::Value;

use crate::core::{Core, Ev, Flight, MS, SEC, Waiter};
use crate::faults::Fault;
use crate::wire::{Ask, Said, What};

/// How long a member of the cast waits for an answer.
const PATIENCE: i64 = 5 * SEC;

impl Core {
    /// Sends a request to an instance; a balancer avoids those that are known to be down.
    pub fn send(&mut self, ask: Ask, waiter: Waiter) {
        let up: Vec<usize> = (0..self.instances.len()).filter(|i| self.instances[*i].live.is_some()).collect();
        let all: Vec<usize> = (0..self.instances.len()).collect();
        let among = if up.is_empty() { all } else { up };
        let index = *self.rng.pick(&among);
        self.next_flight += 1;
        let n = self.next_flight;
        let (life, session) = (self.instances[index].life, ask.session);
        let hook = ask.what == What::Hook;
        let cut = self.instances[index].no_clients > self.now;
        let lost = !hook && (cut || self.rng.chance(self.weather.lost));
        let us = self.way();
        let tell = if lost { "   (lost)" } else { "" };
        self.trace.line(self.now, Some(session), || {
            format!("#{n} -> {index}: {} {} {}{tell}", ask.method, ask.path, ask.body)
        });
        if lost {
            self.book.faults.add(if cut { "clients cut off" } else { "request lost" });
        } else {
            self.after(us, Ev::Arrive(n));
        }
        self.after(PATIENCE, Ev::Expire(n));
        let flight = Flight { ask, seat: (index, life), waiter: Some(waiter), arrived: false, sent: self.now };
        self.flights.insert(n, flight);
    }

    /// How long a message takes.
    fn way(&mut self) -> i64 {
        if self.rng.chance(self.weather.slow) {
            self.book.faults.add("message delayed");
            return self.rng.between(200, 4_000) * MS;
        }
        self.rng.between(1, 20) * MS
    }

    /// The instance has answered.
    pub(crate) fn answered(&mut self, n: usize, status: u16, body: Vec<u8>) {
        let Some(flight) = self.flights.get_mut(&n) else { return };
        flight.arrived = false;
        if status == 500 {
            // Nothing that happens outside is a defect of ours; this answer says that there is one.
            let what = format!(
                "{} {} is answered with 500: {}",
                flight.ask.method,
                flight.ask.path,
                String::from_utf8_lossy(&body)
            );
            self.book.violation(Some(flight.ask.session), what);
        }
        let (hook, session) = (flight.ask.what == What::Hook, flight.ask.session);
        let cut = self.instances[flight.seat.0].no_clients > self.now;
        if self.rng.chance(if hook { 0 } else { self.weather.lost }) || (cut && !hook) {
            self.book.faults.add("answer lost");
            self.trace.line(self.now, Some(session), || format!("#{n} answered {status}, and the answer is lost"));
            return;
        }
        let us = self.way();
        self.after(us, Ev::Reply(n, status, body));
    }

    /// The instance is gone: the connection breaks.
    pub(crate) fn gone(&mut self, n: usize) {
        if let Some(flight) = self.flights.remove(&n) {
            self.trace.line(self.now, Some(flight.ask.session), || format!("#{n} breaks off"));
            self.settle(flight, Said::Unknown);
        }
    }

    pub(crate) fn expire(&mut self, n: usize) {
        let Some(flight) = self.flights.get_mut(&n) else { return };
        let Some(waiter) = flight.waiter.take() else { return };
        let gone = Flight { waiter: Some(waiter), ask: flight.ask.clone(), ..*flight };
        self.trace.line(self.now, Some(gone.ask.session), || format!("#{n}: nobody waits any more"));
        self.settle(gone, Said::Unknown);
    }

    pub(crate) fn reply(&mut self, n: usize, status: u16, body: &[u8]) {
        let Some(flight) = self.flights.remove(&n) else { return };
        let value: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        self.trace.line(self.now, Some(flight.ask.session), || {
            format!("#{n} <- {status} {}", String::from_utf8_lossy(&body[..body.len().min(160)]))
        });
        self.settle(flight, Said::Answer(status, value));
    }

    fn settle(&mut self, flight: Flight, said: Said) {
        match flight.waiter {
            None => {}
            Some(Waiter::Hook(hook, nth)) => self.hook_answered(hook, nth, &said),
            Some(Waiter::Task(slot)) => {
                if matches!(said, Said::Unknown) {
                    self.book.checked.add("unknown outcomes");
                }
                let mut slot = slot.borrow_mut();
                slot.said = Some(said);
                if let Some(task) = slot.waiter.take() {
                    self.after(0, Ev::Poll(task));
                }
            }
        }
    }

    pub(crate) fn arrive(&mut self, n: usize) {
        let Some(flight) = self.flights.get(&n) else { return };
        let seat = flight.seat;
        if !self.lives(seat) {
            return self.gone(n);
        }
        if let Some(wait) = self.held(seat) {
            return self.after(wait, Ev::Arrive(n));
        }
        let races = self.count_races(n);
        if let Some(flight) = self.flights.get_mut(&n) {
            flight.arrived = true;
            if let Some(live) = &self.instances[seat.0].live {
                live.accept(n, &flight.ask);
            }
        }
        self.drive(seat.0);
        if races && self.book.faults.of("crash") < 3 && self.rng.chance(5) {
            // The worst moment.
            let us = self.rng.between(0, 6) * MS;
            self.after(us, Ev::Fault(Fault::Crash(seat.0)));
        }
    }

    /// Requests that instances have at the same time and that must not disturb each other; whether there are any.
    fn count_races(&mut self, n: usize) -> bool {
        let Some(own) = self.flights.get(&n) else { return false };
        let others = self.flights.iter().filter(|(m, f)| **m != n && f.arrived && f.ask.session == own.ask.session);
        let mut found = Vec::new();
        for (_, other) in others {
            let name = match (&own.ask.what, &other.ask.what) {
                (What::Reconnect(a, _), What::Reconnect(b, _)) if a == b => "reconnects with one token at once",
                (What::Reconnect(..), What::State("end" | "fail"))
                | (What::State("end" | "fail"), What::Reconnect(..)) => "reconnect against end",
                (What::Checkpoint(a), What::Checkpoint(b)) if a == b => "ack against ack",
                (What::Checkpoint(a), What::Reconnect(_, b)) | (What::Reconnect(_, b), What::Checkpoint(a))
                    if a == b =>
                {
                    "ack against reconnect"
                }
                _ => continue,
            };
            found.push(name);
        }
        for name in &found {
            self.book.situations.add(name);
        }
        !found.is_empty()
    }
}

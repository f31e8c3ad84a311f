//! The scripts of simulated calls: who takes part, what they do and say, in which order. They are data, in
//! `scripts/*.call`, one step a line.

use callboard_kernel::{Error, Result};

/// Every script, by name.
const FILES: [(&str, &str); 6] = [
    ("parcel", include_str!("scripts/parcel.call")),
    ("dentist", include_str!("scripts/dentist.call")),
    ("interview", include_str!("scripts/interview.call")),
    ("boiler", include_str!("scripts/boiler.call")),
    ("table", include_str!("scripts/table.call")),
    ("tunnel", include_str!("scripts/tunnel.call")),
];

/// What somebody is in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A person who keeps the call alive.
    Caller,
    /// Speaks as an agent does.
    Agent,
    /// Listens.
    Observer,
}

impl Part {
    /// The kind of join link that leads to it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Agent => "agent",
            Self::Observer => "observer",
        }
    }
}

/// Somebody in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The word that steps use.
    pub word: String,
    /// What they are.
    pub part: Part,
    /// The name to show.
    pub name: String,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Joins by a link, connects, switches the microphone on.
    Joins(usize),
    /// Speaks.
    Says(usize, String),
    /// Loses the connection. It lasts at least so many seconds of the script's time.
    Loses(usize, f64),
    /// Comes back by the resume token.
    Returns(usize),
    /// Hangs up.
    Leaves(usize),
    /// Nothing happens for so many seconds.
    Pause(f64),
    /// The call is ended for this reason.
    End(String),
}

/// How a call of a script ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With status `ended`.
    Ended,
    /// With status `failed`: somebody is lost for good.
    Failed,
}

impl Outcome {
    /// The status of the session.
    pub const fn status(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Failed => "failed",
        }
    }
}

/// A whole script.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// Its name.
    pub name: &'static str,
    /// The call's title.
    pub title: String,
    /// Who takes part.
    pub roles: Vec<Role>,
    /// What happens.
    pub steps: Vec<Step>,
    /// How it ends.
    pub outcome: Outcome,
    /// The reconnect window in seconds.
    pub window_s: i64,
}

/// Every script, in the order of their names' first use.
pub fn all() -> Result<Vec<Script>> {
    FILES.iter().map(|(name, text)| parse(name, text)).collect()
}

/// The scripts' names.
pub fn names() -> String {
    FILES.map(|(name, _)| name).join(", ")
}

struct Reader<'a> {
    name: &'static str,
    script: Script,
    line: &'a str,
    number: usize,
}

fn parse(name: &'static str, text: &str) -> Result<Script> {
    let script = Script {
        name,
        title: String::new(),
        roles: Vec::new(),
        steps: Vec::new(),
        outcome: Outcome::Ended,
        window_s: 60,
    };
    let mut reader = Reader { name, script, line: "", number: 0 };
    for (n, line) in text.lines().enumerate() {
        reader.line = line.trim();
        reader.number = n + 1;
        if !reader.line.is_empty() {
            reader.read()?;
        }
    }
    check(&reader.script).map_err(|why| Error::internal(format!("script {name}: {why}")))?;
    Ok(reader.script)
}

impl Reader<'_> {
    fn bad(&self, why: &str) -> Error {
        Error::internal(format!("script {}, line {}: {why}: {}", self.name, self.number, self.line))
    }

    fn read(&mut self) -> Result<()> {
        let (first, rest) = self.line.split_once(' ').unwrap_or((self.line, ""));
        let rest = rest.trim();
        match first {
            "title" => rest.clone_into(&mut self.script.title),
            "ends" => {
                self.script.outcome = match rest {
                    "ended" => Outcome::Ended,
                    "failed" => Outcome::Failed,
                    _ => return Err(self.bad("no outcome")),
                }
            }
            "window" => self.script.window_s = rest.parse().map_err(|_| self.bad("no number"))?,
            "pause" => self.script.steps.push(Step::Pause(self.seconds(rest)?)),
            "end" => self.script.steps.push(Step::End(rest.to_owned())),
            "person" => self.person(rest)?,
            word => {
                let step = self.step(word, rest)?;
                self.script.steps.push(step);
            }
        }
        Ok(())
    }

    fn seconds(&self, text: &str) -> Result<f64> {
        let number = text.parse::<f64>().ok().filter(|s| (0.0..=600.0).contains(s));
        number.ok_or_else(|| self.bad("no number of seconds"))
    }

    fn quoted<'t>(&self, text: &'t str) -> Result<&'t str> {
        let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).filter(|t| !t.trim().is_empty());
        inner.ok_or_else(|| self.bad("no text in quotes"))
    }

    fn person(&mut self, rest: &str) -> Result<()> {
        let mut parts = rest.splitn(3, ' ');
        let (word, part, name) = (parts.next(), parts.next(), parts.next());
        let (Some(word), Some(part), Some(name)) = (word, part, name) else { return Err(self.bad("not a person")) };
        let part = match part {
            "caller" => Part::Caller,
            "agent" => Part::Agent,
            "observer" => Part::Observer,
            _ => return Err(self.bad("no such part")),
        };
        let name = self.quoted(name)?.to_owned();
        self.script.roles.push(Role { word: word.to_owned(), part, name });
        Ok(())
    }

    fn step(&self, word: &str, rest: &str) -> Result<Step> {
        let who =
            self.script.roles.iter().position(|r| r.word == word).ok_or_else(|| self.bad("nobody of that name"))?;
        let (verb, object) = rest.split_once(' ').unwrap_or((rest, ""));
        Ok(match verb {
            "joins" => Step::Joins(who),
            "says" => Step::Says(who, self.quoted(object)?.to_owned()),
            "loses" => Step::Loses(who, self.seconds(object)?),
            "returns" => Step::Returns(who),
            "leaves" => Step::Leaves(who),
            _ => return Err(self.bad("nothing that anybody can do")),
        })
    }
}

/// What a script must be so that the server lets it happen: people speak while they are there, and only once a caller
/// has made the call active.
fn check(script: &Script) -> Result<(), String> {
    let mut there = vec![None; script.roles.len()];
    let mut active = false;
    for (n, step) in script.steps.iter().enumerate() {
        let (who, needed, after) = match step {
            Step::Joins(who) => (*who, None, Some(true)),
            Step::Says(who, _) => (*who, Some(true), Some(true)),
            Step::Loses(who, _) => (*who, Some(true), Some(false)),
            Step::Returns(who) => (*who, Some(false), Some(true)),
            Step::Leaves(who) => (*who, Some(true), None),
            Step::Pause(_) | Step::End(_) => continue,
        };
        if there[who] != needed {
            return Err(format!("step {n}: {} cannot do that now", script.roles[who].word));
        }
        there[who] = after;
        active |= matches!(step, Step::Joins(_)) && script.roles[who].part == Part::Caller;
        let speaks = matches!(step, Step::Says(..));
        if speaks && (!active || script.roles[who].part == Part::Observer) {
            return Err(format!("step {n}: {} cannot speak now", script.roles[who].word));
        }
    }
    let left = |wanted: Option<bool>| {
        script.roles.iter().zip(&there).any(|(r, state)| r.part == Part::Caller && *state == wanted)
    };
    let ended = matches!(script.steps.last(), Some(Step::End(_)));
    match script.outcome {
        _ if script.title.is_empty() => Err("it has no title".to_owned()),
        Outcome::Ended if !ended && (left(Some(true)) || left(Some(false))) => Err("nobody ends it".to_owned()),
        Outcome::Failed if ended || left(Some(true)) || !left(Some(false)) => Err("it does not fail".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_can_be_played() {
        let scripts = all().expect("readable");
        assert_eq!(scripts.len(), FILES.len());
        let has = |found: fn(&Step) -> bool| scripts.iter().filter(|s| s.steps.iter().any(found)).count();
        assert!(has(|s| matches!(s, Step::Returns(_))) >= 4);
        assert!(has(|s| matches!(s, Step::End(_))) >= 2);
        assert!(has(|s| matches!(s, Step::Leaves(_))) >= 4);
        assert!(scripts.iter().any(|s| s.outcome == Outcome::Failed));
        for script in &scripts {
            assert!((2..=4).contains(&script.roles.len()), "{}", script.name);
            assert!(script.roles.iter().any(|r| r.part == Part::Agent), "{}", script.name);
        }
    }

    #[test]
    fn what_cannot_happen_is_refused() {
        let head = "title T\nends ended\nperson a caller \"Ann\"\nperson o observer \"Oz\"\n";
        for (steps, why) in [
            ("a says \"hi\"\nend completed", "cannot do that now"),
            ("a joins\na joins\nend completed", "cannot do that now"),
            ("a joins\na loses 3\na says \"hi\"\nend completed", "cannot do that now"),
            ("a joins\no joins\no says \"hi\"\nend completed", "cannot speak now"),
            ("a joins\na says \"hi\"", "nobody ends it"),
            ("a joins\nb joins", "nobody of that name"),
            ("a joins\na dances", "nothing that anybody can do"),
            ("a joins\na says hi", "no text in quotes"),
            ("pause long", "no number of seconds"),
        ] {
            let refused = parse("t", &format!("{head}{steps}")).expect_err(steps);
            assert!(format!("{refused:?}").contains(why), "{steps}: {refused:?}");
        }
        assert!(parse("t", &format!("{head}a joins\na says \"hi\"\na leaves")).is_ok());
    }
}

package main

import (
	"fmt"
	"hash/fnv"
	"math"

	"github.com/anishathalye/porcupine"
)

// forever is when an operation without an answer comes to its end: after everything else.
const forever = int64(math.MaxInt64)

// entry is an event as it lies in the log: its id and what it says.
type entry struct {
	ID   string `json:"id"`
	Says string `json:"says"`
}

// placed is an event as a reader sees it.
type placed struct {
	Sequence int `json:"seq"`
	entry
}

// stored is what an append was told about one event.
type stored struct {
	Sequence int  `json:"seq"`
	Deduped  bool `json:"deduped"`
	Conflict bool `json:"conflict"`
}

// answer is what came back. Which members count depends on the operation.
type answer struct {
	Stored    []stored `json:"stored"`
	Refused   bool     `json:"refused"`
	Events    []placed `json:"events"`
	Watermark int      `json:"watermark"`
	HasMore   bool     `json:"hasMore"`
	Outcome   string   `json:"outcome"`
	Place     int      `json:"place"`
}

// operation is one line of the file. Without an answer its outcome is unknown: it happened at any time later, or never.
type operation struct {
	History  string  `json:"h"`
	Client   int     `json:"c"`
	Kind     string  `json:"op"`
	Call     int64   `json:"call"`
	Return   int64   `json:"ret"`
	Events   []entry `json:"events"`
	After    int     `json:"after"`
	Limit    int     `json:"limit"`
	Until    int     `json:"until"`
	Consumer string  `json:"consumer"`
	Sequence int     `json:"seq"`
	Bounded  bool    `json:"bounded"`
	Out      *answer `json:"out"`
}

func (o *operation) valid() error {
	switch o.Kind {
	case "append", "read", "resume", "saw", "checkpoint":
	default:
		return fmt.Errorf("an operation %q is not known", o.Kind)
	}
	if o.Out != nil && o.Return < o.Call {
		return fmt.Errorf("an operation that ends before it begins")
	}
	return nil
}

// state is a session's log and its consumers' places. It is never changed, only replaced.
type state struct {
	log    []entry
	places map[string]int
	digest uint64
}

// sessionLog is what a session promises: events in one order, each id once, read as far as it goes.
var sessionLog = porcupine.Model{
	Init: func() interface{} { return &state{} },
	Step: func(before, input, output interface{}) (bool, interface{}) {
		asked, told := input.(*operation), output.(*answer)
		return step(before.(*state), asked, told)
	},
	Equal: func(a, b interface{}) bool { return same(a.(*state), b.(*state)) },
	Hash:  func(s interface{}) uint64 { return s.(*state).digest },
}

func step(before *state, asked *operation, told *answer) (bool, interface{}) {
	switch asked.Kind {
	case "append":
		return before.append(asked, told)
	case "read":
		return before.reads(asked, asked.After, told), before
	case "resume":
		return before.reads(asked, before.places[asked.Consumer], told), before
	case "saw":
		return before.holds(told.Events), before
	default:
		return before.checkpoint(asked, told)
	}
}

// append stores what is new. All events of one request are stored at one moment.
func (s *state) append(asked *operation, told *answer) (bool, interface{}) {
	after := s
	for at, event := range asked.Events {
		place := after.find(event.ID)
		if told != nil {
			if at >= len(told.Stored) {
				return false, s
			}
			got, clash := told.Stored[at], place > 0 && after.log[place-1].Says != event.Says
			if got.Conflict != clash || (!clash && got.Deduped != (place > 0)) {
				return false, s
			}
			if !clash && place > 0 && got.Sequence != place || place == 0 && got.Sequence != len(after.log)+1 {
				return false, s
			}
		}
		if place == 0 {
			after = after.with(event)
		}
	}
	return true, after
}

func (s *state) with(event entry) *state {
	log := make([]entry, len(s.log)+1)
	copy(log, s.log)
	log[len(s.log)] = event
	return &state{log: log, places: s.places, digest: s.digest*1099511628211 + digest(event)}
}

func digest(event entry) uint64 {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(event.ID + "\x00" + event.Says))
	return sum.Sum64()
}

// find gives the sequence of an id; 0 when it is not there.
func (s *state) find(id string) int {
	for at := len(s.log) - 1; at >= 0; at-- {
		if s.log[at].ID == id {
			return at + 1
		}
	}
	return 0
}

// reads says whether a reader who begins after a place could be told this.
func (s *state) reads(asked *operation, after int, told *answer) bool {
	if told == nil {
		return true
	}
	end := len(s.log)
	if asked.Until > 0 {
		end = min(end, asked.Until)
	}
	if told.Watermark != end {
		return false
	}
	wanted := max(0, end-after)
	count := min(wanted, asked.Limit)
	if len(told.Events) != count || told.HasMore != (wanted > count) {
		return false
	}
	for at, event := range told.Events {
		if event.Sequence != after+at+1 || s.log[after+at] != event.entry {
			return false
		}
	}
	return true
}

// holds says whether these events lie in the log where a follower was told they do.
func (s *state) holds(events []placed) bool {
	for _, event := range events {
		if event.Sequence < 1 || event.Sequence > len(s.log) || s.log[event.Sequence-1] != event.entry {
			return false
		}
	}
	return true
}

// checkpoint moves a consumer's place forward, never back and never beyond the log.
func (s *state) checkpoint(asked *operation, told *answer) (bool, interface{}) {
	now, wanted := s.places[asked.Consumer], asked.Sequence
	outcome, place := "advanced_sequence", wanted
	_, known := s.places[asked.Consumer]
	switch {
	case wanted > len(s.log):
		outcome, place = "ahead", now
	case known && wanted == now:
		outcome = "equal_sequence_idempotent"
	case known && wanted < now:
		outcome, place = "stale_sequence_ignored", now
	}
	if told != nil && (told.Outcome != outcome || outcome != "ahead" && told.Place != place) {
		return false, s
	}
	if outcome != "advanced_sequence" {
		return true, s
	}
	places := make(map[string]int, len(s.places)+1)
	for name, at := range s.places {
		places[name] = at
	}
	places[asked.Consumer] = place
	return true, &state{log: s.log, places: places, digest: s.digest}
}

func same(a, b *state) bool {
	if a.digest != b.digest || len(a.log) != len(b.log) || len(a.places) != len(b.places) {
		return false
	}
	for name, at := range a.places {
		if other, there := b.places[name]; !there || other != at {
			return false
		}
	}
	for at := range a.log {
		if a.log[at] != b.log[at] {
			return false
		}
	}
	return true
}

package main

import (
	"testing"

	"github.com/anishathalye/porcupine"
)

func entryOf(id string) entry { return entry{ID: id, Says: id} }

func did(kind string, call, back int64, events ...string) operation {
	one := operation{History: "h", Kind: kind, Call: call, Return: back, Limit: 100}
	for _, id := range events {
		one.Events = append(one.Events, entryOf(id))
	}
	return one
}

func told(one operation, out answer) operation {
	one.Out = &out
	return one
}

func read2(call, back int64, ids ...string) operation {
	out := answer{Watermark: len(ids)}
	for at, id := range ids {
		out.Events = append(out.Events, placed{Sequence: at + 1, entry: entryOf(id)})
	}
	return told(did("read", call, back), out)
}

func legal(all ...operation) bool {
	var operations []porcupine.Operation
	for at := range all {
		one := all[at]
		back := one.Return
		if one.Out == nil {
			back = forever
		}
		operations = append(operations, porcupine.Operation{
			ClientId: one.Client, Input: &one, Call: one.Call, Output: one.Out, Return: back,
		})
	}
	return porcupine.CheckOperations(sessionLog, operations)
}

func TestTheModel(t *testing.T) {
	stored1 := told(did("append", 1, 2, "a"), answer{Stored: []stored{{Sequence: 1}}})
	again := told(did("append", 3, 4, "a"), answer{Stored: []stored{{Sequence: 1, Deduped: true}}})
	twice := told(did("append", 3, 4, "a"), answer{Stored: []stored{{Sequence: 2}}})
	unknown := did("append", 3, 0, "b")
	advanced := did("checkpoint", 5, 6)
	advanced.Consumer, advanced.Sequence = "c", 1
	back := advanced
	back.Call, back.Return, back.Sequence = 7, 8, 0
	cases := []struct {
		name string
		want bool
		all  []operation
	}{
		{"stored and repeated", true, []operation{stored1, again, read2(5, 6, "a")}},
		{"stored twice", false, []operation{stored1, twice}},
		{"acknowledged and gone", false, []operation{stored1, read2(5, 6)}},
		{"unknown and there", true, []operation{stored1, unknown, read2(5, 6, "a", "b")}},
		{"unknown and not there", true, []operation{stored1, unknown, read2(5, 6, "a")}},
		{"unknown, there, then gone", false, []operation{stored1, unknown, read2(5, 6, "a", "b"), read2(7, 8, "a")}},
		{"never sent and there", false, []operation{stored1, read2(5, 6, "a", "b")}},
		{"followed what is not there yet", false, []operation{
			told(did("saw", 1, 1), answer{Events: []placed{{Sequence: 1, entry: entryOf("a")}}}),
			told(did("append", 2, 3, "a"), answer{Stored: []stored{{Sequence: 1}}}),
		}},
		{"a place moves back", false, []operation{
			stored1,
			told(advanced, answer{Outcome: "advanced_sequence", Place: 1}),
			told(back, answer{Outcome: "advanced_sequence", Place: 0}),
		}},
		{"a place stays", true, []operation{
			stored1,
			told(advanced, answer{Outcome: "advanced_sequence", Place: 1}),
			told(back, answer{Outcome: "stale_sequence_ignored", Place: 1}),
		}},
	}
	for _, one := range cases {
		if legal(one.all...) != one.want {
			t.Errorf("%s: legal is %v", one.name, !one.want)
		}
	}
}

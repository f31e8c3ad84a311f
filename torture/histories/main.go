// Command histories reads what clients did and saw, one operation a line, and says for each session whether one order
// of all of it exists that a log could have given: linearizability by porcupine.
//
//	histories FILE
//
// It prints one line of JSON: how many histories and operations were checked, and those that have no such order. A
// history that porcupine could not decide in time is named as undecided, never passed over.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

// decideWithin bounds the search of one history.
const decideWithin = 30 * time.Second

type verdict struct {
	Histories  int      `json:"histories"`
	Operations int      `json:"operations"`
	Unknown    int      `json:"unknown"`
	Illegal    []string `json:"illegal"`
	Undecided  []string `json:"undecided"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: histories FILE")
		os.Exit(2)
	}
	histories, err := read(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "histories:", err)
		os.Exit(2)
	}
	found := check(histories)
	line, err := json.Marshal(found)
	if err != nil {
		fmt.Fprintln(os.Stderr, "histories:", err)
		os.Exit(2)
	}
	fmt.Println(string(line))
	if len(found.Illegal)+len(found.Undecided) > 0 {
		os.Exit(1)
	}
}

// read groups the operations by history. The clock of operations without an answer never stops, unless its sender knows
// when it could have no effect any more.
func read(path string) (map[string][]porcupine.Operation, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	histories := map[string][]porcupine.Operation{}
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 1<<20), 64<<20)
	for number := 1; lines.Scan(); number++ {
		var seen operation
		if err := json.Unmarshal(lines.Bytes(), &seen); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if err := seen.valid(); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		back := seen.Return
		if seen.Out == nil && !seen.Bounded {
			back = forever
		}
		histories[seen.History] = append(histories[seen.History], porcupine.Operation{
			ClientId: seen.Client, Input: &seen, Call: seen.Call, Output: seen.Out, Return: back,
		})
	}
	return histories, lines.Err()
}

func check(histories map[string][]porcupine.Operation) verdict {
	found := verdict{Histories: len(histories), Illegal: []string{}, Undecided: []string{}}
	var guard sync.Mutex
	var all sync.WaitGroup
	slots := make(chan struct{}, 2)
	for name, operations := range histories {
		found.Operations += len(operations)
		for _, one := range operations {
			if one.Output.(*answer) == nil {
				found.Unknown++
			}
		}
		all.Add(1)
		go func() {
			defer all.Done()
			slots <- struct{}{}
			outcome := porcupine.CheckOperationsTimeout(sessionLog, operations, decideWithin)
			<-slots
			guard.Lock()
			defer guard.Unlock()
			switch outcome {
			case porcupine.Illegal:
				found.Illegal = append(found.Illegal, name)
			case porcupine.Unknown:
				found.Undecided = append(found.Undecided, name)
			}
		}()
	}
	all.Wait()
	sort.Strings(found.Illegal)
	sort.Strings(found.Undecided)
	return found
}

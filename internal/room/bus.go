package room

import (
	"encoding/json"

	"gochatting/internal/message"
)

// A Bus carries what nodes say to each other, this one included. It is a hint: what it loses, doubles,
// delays or swaps is put right from the store, and from those who said it.
type Bus interface {
	// Publish never waits.
	Publish(subject string, data []byte) error
	// Subscribe has hear called with one message after the other. What this node publishes after it
	// returned is heard; what others do, soon.
	Subscribe(subject string, hear func(data []byte)) (cancel func() error, err error)
	// Lost has f called when something may not have been heard. f must not wait.
	Lost(f func())
	// MaxBytes is how large a message may be.
	MaxBytes() int
}

// What travels where. A room's subject carries frames, too, which begin with their version and never
// with a brace.
const everyNode = "nodes" // hints and beats

func subject(room string) string   { return "room." + room } // the log, who writes, who came and left
func addressee(node string) string { return "node." + node } // what is meant for one node

// News is what nodes tell each other beside frames, as JSON. One of the others stands beside Node. A kind or a
// field that this version does not know is of a later one, and ignored.
type news struct {
	Node   string  // who says it
	Hint   *hint   `json:",omitempty"`
	Beat   *beat   `json:",omitempty"`
	Change *change `json:",omitempty"`
	Ask    *ask    `json:",omitempty"`
}

// A hint says that a user stands to a room in another way than before, or is called or standing
// otherwise themselves; or that a room is; or that sessions have ended. How things are, each node asks
// the store: so hints may be doubled or swapped, and the sockets still agree with it in the end.
type hint struct {
	N      int64    // counts the hints of a node, so that the others know of those they missed
	User   string   `json:",omitempty"`
	Room   string   `json:",omitempty"` // "": it is about the user themselves; without User, about the room itself
	Read   bool     `json:",omitempty"` // it is their read mark alone that has moved
	Gone   bool     `json:",omitempty"` // they have left for good: their name is to be told to nobody any more
	Ended  []string `json:",omitempty"` // sessions on which no socket may stand any more
	Reason string   `json:",omitempty"` // for which those ended
}

// A beat says that a node is there, and what others must have heard from it. It is told every few
// seconds, and with all rooms to who asks.
type beat struct {
	At    int64            // the latest Version of its changes
	Hints int64            // the N of the latest hint that is older than a beat: the others may be on their way
	Rooms map[string]int64 `json:",omitempty"` // the Version in rooms that have changed lately; 0: nobody is there any more
	Part  int              `json:",omitempty"` // of all its rooms, counted from 1
	Of    int              `json:",omitempty"` // parts; 0: these are not all
	Bye   bool             `json:",omitempty"` // it stops; no hint of it is missing
}

// A change says who came to a room on a node, or is called otherwise there, and who left it. Version counts the changes
// of a node, in whatever rooms; After is the one before in this room. After 0 it is the whole list.
type change struct {
	Room    string
	After   int64
	Version int64
	Joined  []message.User `json:",omitempty"`
	Left    []string       `json:",omitempty"`
	Part    int            `json:",omitempty"` // of a list, counted from 1
	Of      int            `json:",omitempty"` // parts; 0: this is the only one
}

// An ask wants the list of a room, or a beat with all rooms.
type ask struct {
	Room string `json:",omitempty"`
}

// understand gives news, and reports whether there are any.
func understand(data []byte) (n news, understood bool) {
	err := json.Unmarshal(data, &n)
	return n, err == nil && n.Node != ""
}

// parts puts together what came in several, in any order.
type parts[T any] struct {
	at  int64 // of what they are
	got map[int]T
}

// add gives all parts when this is the last of them.
func (p *parts[T]) add(at int64, part, of int, piece T) (all []T) {
	if of <= 1 {
		return []T{piece}
	}
	if at < p.at || part < 1 || part > of {
		return nil
	}
	if at > p.at || p.got == nil {
		p.at, p.got = at, make(map[int]T)
	}
	if p.got[part] = piece; len(p.got) < of {
		return nil
	}
	for i := range of {
		all = append(all, p.got[i+1])
	}
	p.got = nil
	return all
}

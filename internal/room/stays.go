package room

import (
	"maps"
	"slices"
	"sync"
)

// stays are all Stays of this node, by their user. It alone touches which rooms they hear and at which
// they look.
type stays struct {
	mu sync.Mutex
	of map[string][]*Stay // by user id
}

func (all *stays) add(s *Stay) {
	all.mu.Lock()
	defer all.mu.Unlock()
	id := s.user.Info().ID
	all.of[id] = append(all.of[id], s)
}

// remove gives the rooms that s was in.
func (all *stays) remove(s *Stay) []*ActiveRoom {
	all.mu.Lock()
	defer all.mu.Unlock()
	id := s.user.Info().ID
	others := slices.DeleteFunc(all.of[id], func(other *Stay) bool { return other == s })
	if all.of[id] = others; len(others) == 0 {
		delete(all.of, id)
	}
	rooms := s.rooms
	s.rooms = nil
	return rooms
}

// users are those who have a Stay.
func (all *stays) users() []string {
	all.mu.Lock()
	defer all.mu.Unlock()
	return slices.Collect(maps.Keys(all.of))
}

func (all *stays) all() []*Stay {
	all.mu.Lock()
	defer all.mu.Unlock()
	return slices.Concat(slices.Collect(maps.Values(all.of))...)
}

// any reports whether the user has a Stay.
func (all *stays) any(user string) bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	return len(all.of[user]) > 0
}

// current are the user's Stays that hear of changes: those of the current dialect.
func (all *stays) current(user string) []*Stay {
	all.mu.Lock()
	defer all.mu.Unlock()
	var list []*Stay
	for _, s := range all.of[user] {
		if !s.user.First {
			list = append(list, s)
		}
	}
	return list
}

// roomsOf are all that somebody on this node hears.
func (all *stays) roomsOf(user string) []*ActiveRoom {
	all.mu.Lock()
	defer all.mu.Unlock()
	var rooms []*ActiveRoom
	for _, s := range all.of[user] {
		for _, r := range s.rooms {
			if !slices.Contains(rooms, r) {
				rooms = append(rooms, r)
			}
		}
	}
	return rooms
}

// heard is the room with this id if somebody on this node hears it. All their Stays do, or none.
func (all *stays) heard(user, room string) *ActiveRoom {
	all.mu.Lock()
	defer all.mu.Unlock()
	if len(all.of[user]) == 0 {
		return nil
	}
	return all.of[user][0].find(room)
}

func (all *stays) into(s *Stay, r *ActiveRoom) {
	all.mu.Lock()
	defer all.mu.Unlock()
	s.rooms = append(s.rooms, r)
}

// outOf gives the room that s is in no more, nil if it was not in it.
func (all *stays) outOf(s *Stay, room string) *ActiveRoom {
	all.mu.Lock()
	defer all.mu.Unlock()
	r := s.find(room)
	s.rooms = slices.DeleteFunc(s.rooms, func(other *ActiveRoom) bool { return other == r })
	return r
}

// isIn reports whether s hears a room.
func (all *stays) isIn(s *Stay, room string) bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	return s.find(room) != nil
}

// gazes reports whether s looks at a room as soon as it is in it.
func (all *stays) gazes(s *Stay, room string) bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	return s.user.First || s.gaze == room
}

// turn has s look at a room, and gives at which of its own it did before and does now, if any.
func (all *stays) turn(s *Stay, room string) (before, now *ActiveRoom) {
	all.mu.Lock()
	defer all.mu.Unlock()
	before, s.gaze = s.find(s.gaze), room
	return before, s.find(room)
}

// find gives one of the rooms that s hears. Its caller has stays.mu.
func (s *Stay) find(room string) *ActiveRoom {
	for _, r := range s.rooms {
		if r.ID == room {
			return r
		}
	}
	return nil
}

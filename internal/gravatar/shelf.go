package gravatar

import "container/list"

// itemCost is what an entry takes beside its bytes, roughly.
const itemCost = 256

// A shelf keeps what was used last, in room bytes of memory. The zero value with its room set
// is ready. It is not safe for concurrent use.
type shelf[V any] struct {
	room  int
	used  int
	items map[string]*list.Element
	order list.List // the front was used last
}

type item[V any] struct {
	key   string
	value V
	cost  int
}

func (s *shelf[V]) get(key string) (V, bool) {
	e, ok := s.items[key]
	if !ok {
		var none V
		return none, false
	}
	s.order.MoveToFront(e)
	return e.Value.(item[V]).value, true
}

// put keeps value, which takes size bytes, and drops what was not used for longest.
func (s *shelf[V]) put(key string, value V, size int) {
	if s.items == nil {
		s.items = make(map[string]*list.Element)
	}
	if e, ok := s.items[key]; ok {
		s.drop(e)
	}
	cost := size + len(key) + itemCost
	s.items[key] = s.order.PushFront(item[V]{key, value, cost})
	s.used += cost
	for s.used > s.room {
		s.drop(s.order.Back())
	}
}

func (s *shelf[V]) drop(e *list.Element) {
	gone := s.order.Remove(e).(item[V])
	delete(s.items, gone.key)
	s.used -= gone.cost
}

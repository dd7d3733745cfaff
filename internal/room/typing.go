package room

import (
	"time"

	"gochatting/internal/message"
)

// typingPause is how long after one typing_mtype the next one for the same room is not passed on.
// Clients send one every three seconds, and the network brings two a little closer together.
const typingPause = 2500 * time.Millisecond

// writes is where and when somebody was last said to write.
type writes struct {
	room string
	at   time.Time
}

// news reports whether it is to be said again.
func (w *writes) news(room string, now time.Time) bool {
	if room == w.room && now.Sub(w.at) < typingPause {
		return false
	}
	*w = writes{room, now}
	return true
}

// typing tells those who look at a room that the user writes there.
func (s *Stay) typing(room string) error {
	if !s.d.stays.isIn(s, room) {
		return errNoRoom
	}
	if err := s.you.Load().MaySpeak(time.Now()); err != nil {
		return err
	}
	if s.writes.news(room, time.Now()) {
		who := s.user.Info()
		s.d.aside(message.Message{MType: message.TypingMType, Room: room, Typing: &who})
	}
	return nil
}

package store

import (
	"context"
	"fmt"

	"gochatting/internal/message"
)

// selectRooms reads rooms r as the user $1 stands to them, who is mb among their members, or is not.
const (
	selectRooms = `
		SELECT r.id, r.name, r.kind, r.topic, COALESCE(r.maker, ''), r.archived, r.slow, r.rev,
		       COALESCE(mb.involvement, ''), COALESCE(mb.read, 0), ` + countUnread + `, ` + countMentions + `
		FROM rooms r LEFT JOIN members mb ON mb.room = r.id AND mb.user_id = $1`

	// No more than 100 are counted, nor looked for among more than the latest 10,000: a room in which
	// somebody has said very much themselves costs no more than others.
	countUnread = `(SELECT COUNT(*) FROM (
			SELECT 1 FROM (SELECT author, deleted FROM messages WHERE room = mb.room AND id > mb.read ORDER BY id DESC LIMIT 10000) late
			WHERE late.author <> mb.user_id AND late.deleted IS NULL LIMIT 100) counted)`

	// Who said what mentions somebody is looked up one by one: a subquery never becomes a join, for which PostgreSQL
	// might go through all messages of the room.
	countMentions = `(SELECT COUNT(*) FROM (
			SELECT 1 FROM (SELECT DISTINCT n.id FROM mentions n
				WHERE n.user_id IN (mb.user_id, 'here') AND n.room = mb.room AND n.id > mb.read) said
			WHERE (SELECT m.author FROM messages m WHERE m.room = mb.room AND m.id = said.id) <> mb.user_id
			LIMIT 100) counted)`

	// For a reader there are only the rooms that they are in.
	mayReadRoom = `(mb.user_id IS NOT NULL OR r.kind = 'open' AND ` + mayBrowse + `)`
	mayBrowse   = `(SELECT role FROM users WHERE id = $1) <> 'reader'`
)

// Rooms are those that the user is a member of, by name, with Membership, and Users of direct ones. A
// direct room in which nothing was said yet is there for its maker only.
func (s *Store) Rooms(ctx context.Context, userID string) ([]message.Room, error) {
	rooms, err := list(ctx, s.engine.read, scanRoom, selectRooms+`
		WHERE r.id IN (SELECT room FROM members WHERE user_id = $1) AND (r.kind <> 'direct' OR r.rev > 0 OR r.maker = $1)
		ORDER BY r.folded, r.id`, userID)
	if err == nil {
		err = s.nameDirect(ctx, rooms)
	}
	if err != nil {
		return nil, fmt.Errorf("store: rooms: %w", err)
	}
	return rooms, nil
}

// nameDirect fills in Users of the direct rooms.
func (s *Store) nameDirect(ctx context.Context, rooms []message.Room) error {
	places := map[string]int{}
	args := []any{}
	for i, r := range rooms {
		if r.Kind == message.DirectRoom {
			places[r.ID] = i
			args = append(args, r.ID)
		}
	}
	if len(args) == 0 {
		return nil
	}
	type member struct {
		room string
		user User
	}
	members, err := list(ctx, s.engine.read, func(from row) (m member, err error) {
		err = m.user.scan(from, &m.room)
		return m, err
	}, `SELECT mb.room, `+userColumns+` FROM members mb JOIN users u ON u.id = mb.user_id
		WHERE mb.room IN (`+marks(1, len(args))+`) ORDER BY u.folded, u.id`, args...)
	for _, m := range members {
		r := &rooms[places[m.room]]
		r.Users = append(r.Users, m.user.Public())
	}
	return err
}

// Room is one that the user may read: any they are a member of, and, unless they are a reader, any open
// one. ErrNotFound otherwise: nobody learns which others exist.
func (s *Store) Room(ctx context.Context, userID, roomID string) (message.Room, error) {
	r, err := s.room(ctx, `r.id = $2`, userID, roomID)
	if err != nil {
		return message.Room{}, fmt.Errorf("store: room %s: %w", roomID, err)
	}
	return r, nil
}

func (s *Store) room(ctx context.Context, which, userID string, key any) (message.Room, error) {
	r, err := scanRoom(s.engine.read.QueryRowContext(ctx, selectRooms+` WHERE `+mayReadRoom+` AND `+which, userID, key))
	if err != nil {
		return message.Room{}, found(err)
	}
	one := []message.Room{r}
	err = s.nameDirect(ctx, one)
	return one[0], err
}

// RoomInfo is a room as everyone in it may be told of it: without Membership. ErrNotFound: no such room.
func (s *Store) RoomInfo(ctx context.Context, roomID string) (message.Room, error) {
	r, err := scanRoom(s.engine.read.QueryRowContext(ctx, selectRooms+` WHERE r.id = $2`, nobody, roomID))
	if err != nil {
		return message.Room{}, fmt.Errorf("store: room %s: %w", roomID, found(err))
	}
	one := []message.Room{r}
	err = s.nameDirect(ctx, one)
	return one[0], err
}

// nobody is the id of no user.
const nobody = ""

// Hears are the ids of all rooms that the user is a member of, those too that Rooms leaves out: what a
// socket of theirs is to be sent.
func (s *Store) Hears(ctx context.Context, userID string) ([]string, error) {
	ids, err := list(ctx, s.engine.read, scanID, `SELECT room FROM members WHERE user_id = $1 ORDER BY room`, userID)
	if err != nil {
		return nil, fmt.Errorf("store: rooms that are heard: %w", err)
	}
	return ids, nil
}

// Rev is the latest rev of the room, whoever may hear it. ErrNotFound: no such room.
func (s *Store) Rev(ctx context.Context, roomID string) (rev int64, err error) {
	err = s.engine.read.QueryRowContext(ctx, `SELECT rev FROM rooms WHERE id = $1`, roomID).Scan(&rev)
	if err != nil {
		return 0, fmt.Errorf("store: rev of room %s: %w", roomID, found(err))
	}
	return rev, nil
}

// Committed is the latest rev of the room that this process has put on disk, 0 if it has none: what is
// known of the room from elsewhere is stale if it does not reach that far.
func (s *Store) Committed(roomID string) int64 {
	rev, _ := s.writer.committed.Load(roomID)
	committed, _ := rev.(int64)
	return committed
}

// readable is ErrNotFound unless the viewer may read the room.
func (s *Store) readable(ctx context.Context, viewer, room string) error {
	var yes bool
	err := s.engine.read.QueryRowContext(ctx, `
		SELECT 1 FROM rooms r LEFT JOIN members mb ON mb.room = r.id AND mb.user_id = $1
		WHERE r.id = $2 AND `+mayReadRoom, viewer, room).Scan(&yes)
	if err != nil {
		return fmt.Errorf("store: room %s: %w", room, found(err))
	}
	return nil
}

func scanRoom(from row) (message.Room, error) {
	var r message.Room
	var m message.Membership
	err := from.Scan(&r.ID, &r.Name, &r.Kind, &r.Topic, &r.Maker, &r.Archived, &r.Slow, &r.Rev,
		&m.Involvement, &m.Read.ID, &m.Read.Unread, &m.Read.Mentions)
	if m.Involvement != "" {
		m.Read.Rev = r.Rev
		r.Membership = &m
	}
	return r, err
}

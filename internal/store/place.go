package store

import (
	"context"
	"time"

	"gochatting/internal/message"
)

// A place is a room as somebody stands to it who is to do something there.
type place struct {
	user                     User
	kind, name, topic, maker string
	rev                      int64
	archived, member         bool
	slow                     int       // seconds
	spoke                    time.Time // when the user last did, while it was slow
}

// placeOf is ErrNotFound if the user may not read the room.
func placeOf(ctx context.Context, q querier, userID, room string) (p place, err error) {
	var spoke int64
	err = p.user.scan(q.QueryRowContext(ctx, `
		SELECT r.kind, r.name, r.topic, COALESCE(r.maker, ''), r.rev, r.archived, mb.user_id IS NOT NULL, r.slow, COALESCE(sp.at, 0), `+userColumns+`
		FROM users u CROSS JOIN rooms r LEFT JOIN members mb ON mb.room = r.id AND mb.user_id = u.id
			LEFT JOIN spoke sp ON sp.room = r.id AND sp.user_id = u.id
		WHERE u.id = $1 AND r.id = $2 AND `+mayReadRoom, userID, room),
		&p.kind, &p.name, &p.topic, &p.maker, &p.rev, &p.archived, &p.member, &p.slow, &spoke)
	p.spoke = moment(spoke)
	return p, found(err)
}

// keeps says whether the user keeps order here, as owners and moderators do, and who made the room. In a
// direct room it makes no difference who was first.
func (p place) keeps() bool {
	if rank(p.user.Role) >= rank(message.RoleModerator) {
		return true
	}
	return p.maker == p.user.ID && p.member && p.kind != message.DirectRoom && p.user.Role != message.RoleReader
}

// keepsOver says whether the user keeps order here over somebody of this role. A maker ranks as a moderator.
func (p place) keepsOver(role string) bool {
	return p.keeps() && max(rank(p.user.Role), rank(message.RoleModerator)) > rank(role)
}

// maySpeak is ErrNotFound unless the user is a member of the room, ErrArchived if that is archived, and
// otherwise as User.MaySpeak.
func (p place) maySpeak(now time.Time) error {
	switch {
	case !p.member:
		return ErrNotFound
	case p.archived:
		return archived()
	}
	return p.user.MaySpeak(now)
}

// mayTakeBack is for what takes away: who said it may also when they may say nothing more, and so may
// who keeps order without being a member.
func (p place) mayTakeBack(time.Time) error {
	switch {
	case !p.member && !p.keeps():
		return ErrNotFound
	case p.archived:
		return archived()
	}
	return nil
}

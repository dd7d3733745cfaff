package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// A Draft is what somebody wants to say. Content is UTF-8 without NUL, and may be empty beside Files;
// Ref, when there is one, is unique for its author, over all rooms.
type Draft struct {
	Room     string
	Author   message.User // stands in the message as it is given here, but for what is only theirs
	Ref      string
	Content  string
	HTML     string         // Content as safe HTML
	ReplyTo  int64          // the ID of a message in the same room; 0: none
	Mentions []string       // IDs of users, and message.MentionHere
	Files    []message.File // ID and Alt; they must be the author's, and not attached yet
}

// Post stores the draft, publishes it, and returns it when it is on disk; its TextMessage is the one
// that Published got, so it must not be changed. A Ref that the author used before gives what was said
// under it first, as it stands now, with repeated, and nothing is stored or published. ErrNotFound: the
// author is in no such room. ErrArchived: it can only be read. ErrMuted, ErrForbidden, ErrBanned: as
// User.MaySpeak. ErrSlow: it is too soon. ErrInvalid: there is nothing to reply to. Files that cannot be
// attached are a *message.Error.
func (s *Store) Post(ctx context.Context, d Draft) (m message.Message, repeated bool, err error) {
	// Before the transaction, which has no savepoint for a message.
	if err := cmp.Or(mustBeText(d.Room, d.Author.ID, d.Ref, d.Content, d.HTML), mustBeText(d.Mentions...)); err != nil {
		return message.Message{}, false, fmt.Errorf("store: post: %w", err)
	}
	d.Author.Email, d.Author.Muted = "", nil
	p := &post{Draft: d}
	if err := s.writer.do(ctx, &job{post: p}); err != nil {
		return message.Message{}, false, fmt.Errorf("store: post to room %s: %w", d.Room, err)
	}
	return p.message, p.repeated, nil
}

// A post is a draft on its way through the writer.
type post struct {
	Draft
	message  message.Message
	repeated bool
}

// Selecting the member lets somebody else insert nothing, or somebody who may not speak, rather than break
// the transaction of all others. The same goes for a reply to nothing. Most messages are plain: the fewer
// parameters, the faster.
const (
	insertPlain = `
		INSERT INTO messages (room, id, rev, author, ref, at, content, html)
		SELECT mb.room, CAST($2 AS BIGINT), CAST($2 AS BIGINT), u.id, CAST($4 AS TEXT), CAST($5 AS BIGINT), CAST($6 AS TEXT), ''
		` + fromSpeaker + `
		ON CONFLICT (author, ref) DO NOTHING`

	insertRich = `
		INSERT INTO messages (room, id, rev, author, ref, at, content, html, reply_to, parts)
		SELECT mb.room, CAST($2 AS BIGINT), CAST($2 AS BIGINT), u.id, CAST($4 AS TEXT), CAST($5 AS BIGINT), CAST($6 AS TEXT),
		       CAST($7 AS TEXT), CAST($8 AS BIGINT), CAST($9 AS TEXT)
		` + fromSpeaker + `
		     AND ($8 IS NULL OR EXISTS (SELECT 1 FROM messages WHERE room = $1 AND id = $8))
		ON CONFLICT (author, ref) DO NOTHING`

	fromSpeaker = `FROM members mb CROSS JOIN users u WHERE mb.room = $1 AND mb.user_id = $3
		     AND u.id = mb.user_id AND u.muted <= $5 AND u.banned <= $5 AND u.role <> 'reader'`
)

// errNothing is of an insert that inserted nothing.
var errNothing = errors.New("nothing was inserted")

// posts stores what is said in one room. Its revs are taken all at once; those that nothing needed are
// given back, so that none is missing.
func (s *statements) posts(ctx context.Context, tx *sql.Tx, room string, posts []*job, now time.Time) ([]message.Message, error) {
	rev, slow, err := s.take(ctx, room, len(posts))
	if errors.Is(err, errNothing) {
		for _, j := range posts {
			j.err = j.post.explain(ctx, tx, err, now)
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	last := rev - int64(len(posts))
	said := make([]message.Message, 0, len(posts))
	at := moment(now.UnixMicro())
	local := at.Local().Format(message.TimeFormat)
	if !slow {
		switch done, err := s.together(ctx, tx, room, posts, last+1, at, local); {
		case err != nil:
			return nil, err
		case done:
			for _, j := range posts {
				said = append(said, j.post.message)
			}
			return said, nil
		}
	}
	for _, j := range posts {
		p := j.post
		p.become(last+1, at, local)
		refused, err := s.post(ctx, tx, p, slow)
		if err != nil {
			return nil, err
		}
		if refused != nil {
			j.err = p.explain(ctx, tx, refused, now)
			continue
		}
		last++
		said = append(said, p.message)
	}
	if last < rev {
		if _, err := s.lower.ExecContext(ctx, room, last); err != nil {
			return nil, fmt.Errorf("give revs back: %w", err)
		}
	}
	return said, nil
}

// become makes the message that p will be.
func (p *post) become(id int64, at time.Time, local string) {
	p.message = message.Message{MType: message.TextMType, Room: p.Room, Ref: p.Ref, TextMessage: &message.TextMessage{
		ID: id, Rev: id, Content: p.Content, HTML: p.HTML, UserInfo: p.Author,
		Time: local, At: at, ReplyTo: p.ReplyTo, Mentions: p.Mentions,
	}}
}

// post stores one. What it is refused for is its own; err is of the transaction.
func (s *statements) post(ctx context.Context, tx *sql.Tx, p *post, slow bool) (refused, err error) {
	if len(p.Files) > 0 || slow { // what goes with the message happens together with it, or not at all
		return apart(ctx, tx, func(ctx context.Context, tx *sql.Tx) (err error) {
			t := p.message.TextMessage
			if slow {
				if err := pace(ctx, tx, p.Author.ID, p.Room, t.At); err != nil {
					return err
				}
			}
			if t.Files, err = attachFiles(ctx, tx, p.Author.ID, p.Room, t.ID, p.Files); err != nil {
				return err
			}
			return s.insertPost(ctx, tx, p)
		})
	}
	err = s.insertPost(ctx, tx, p)
	if errors.Is(err, errNothing) {
		return err, nil
	}
	return nil, err
}

func (s *statements) insertPost(ctx context.Context, tx *sql.Tx, p *post) error {
	t := p.message.TextMessage
	packed, err := pack(t)
	if err != nil {
		return err
	}
	insert := s.plain
	args := []any{p.Room, t.ID, p.Author.ID, sql.NullString{String: p.Ref, Valid: p.Ref != ""}, t.At.UnixMicro(), t.Content}
	if t.HTML != "" || t.ReplyTo != 0 || packed.Valid {
		insert = s.rich
		args = append(args, t.HTML, sql.NullInt64{Int64: t.ReplyTo, Valid: t.ReplyTo != 0}, packed)
	}
	result, err := insert.ExecContext(ctx, args...)
	if err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	if n == 0 {
		return errNothing
	}
	return insertMentions(ctx, tx, p.Room, t)
}

// explain says why nothing was inserted. That it was said before is no error.
func (p *post) explain(ctx context.Context, q querier, refused error, now time.Time) error {
	at, err := placeOf(ctx, q, p.Author.ID, p.Room)
	switch {
	case err != nil:
		return err
	case !at.member:
		return ErrNotFound
	}
	if p.Ref != "" {
		first, err := scanMessage(q.QueryRowContext(ctx, selectMessages+` WHERE m.author = $1 AND m.ref = $2`, p.Author.ID, p.Ref))
		if err == nil {
			p.message, p.repeated = first, true
			return nil
		}
		if !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("look up a ref: %w", err)
		}
	}
	if err := at.maySpeak(now); err != nil {
		return err
	}
	if errors.Is(refused, errNothing) {
		return refuse(ErrInvalid, "The message that this replies to is not in this room.")
	}
	return refused
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// fewTogether is from how many on it is cheaper to try all at once, which may be in vain.
const fewTogether = 4

// together stores all that is said in a room with one statement, where the engine has one for that and waiting for
// its answers is what takes the time. done is false, and nothing is stored, if any of it needs to be looked at.
func (s *statements) together(ctx context.Context, tx *sql.Tx, room string, posts []*job, first int64, at time.Time, local string) (done bool, err error) {
	if s.many == nil || len(posts) < fewTogether || slices.ContainsFunc(posts, func(j *job) bool { return len(j.post.Files) > 0 }) {
		return false, nil
	}
	failed, err := apart(ctx, tx, func(ctx context.Context, tx *sql.Tx) error {
		args, err := columnsOf(posts, first, at, local)
		if err != nil {
			return err
		}
		result, err := s.many.ExecContext(ctx, append([]any{room, at.UnixMicro()}, args...)...)
		if err != nil {
			return fmt.Errorf("insert: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || int(n) < len(posts) {
			return errors.Join(errNothing, err)
		}
		for _, j := range posts {
			if err := insertMentions(ctx, tx, room, j.post.message.TextMessage); err != nil {
				return err
			}
		}
		return nil
	})
	return failed == nil && err == nil, err
}

// columnsOf are the posts as insertMany takes them. They get their messages, the first of this id.
func columnsOf(posts []*job, first int64, at time.Time, local string) ([]any, error) {
	n := len(posts)
	ids, authors, contents, htmls := make([]int64, n), make([]string, n), make([]string, n), make([]string, n)
	refs, replies, packs := make([]*string, n), make([]*int64, n), make([]*string, n)
	for i, j := range posts {
		p := j.post
		p.become(first+int64(i), at, local)
		packed, err := pack(p.message.TextMessage)
		if err != nil {
			return nil, err
		}
		ids[i], authors[i], contents[i], htmls[i] = first+int64(i), p.Author.ID, p.Content, p.HTML
		if p.Ref != "" {
			refs[i] = &p.Ref
		}
		if p.ReplyTo != 0 {
			replies[i] = &p.ReplyTo
		}
		if packed.Valid {
			packs[i] = &packed.String
		}
	}
	return []any{ids, authors, refs, contents, htmls, replies, packs}, nil
}

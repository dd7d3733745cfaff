package message_test

import (
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

func said(content string) message.Message {
	return message.Message{
		MType: message.TextMType, Room: message.Lobby, Ref: "r1",
		TextMessage: &message.TextMessage{
			ID: 7, Rev: 7, Content: content, Time: "11-21 15:04:05", At: time.Unix(1_700_000_000, 0).UTC(),
			UserInfo: message.User{ID: "u1", Name: "Ann", Gravatar: "/avatar/u1"},
		},
	}
}

// split cuts bytes into WebSocket payloads, as a client's frame reader would.
func split(t *testing.T, b []byte) (payloads []string) {
	for len(b) > 0 {
		require.Equal(t, byte(0x81), b[0], "a final, unmasked text frame")
		n, header := int(b[1]), 2
		switch n {
		case 126:
			n, header = int(binary.BigEndian.Uint16(b[2:])), 4
			assert.Greater(t, n, 125, "shortest form")
		case 127:
			n, header = int(binary.BigEndian.Uint64(b[2:])), 10
			assert.Greater(t, n, 0xffff, "shortest form")
		}
		require.GreaterOrEqual(t, len(b), header+n)
		payloads = append(payloads, string(b[header:header+n]))
		b = b[header+n:]
	}
	return payloads
}

func TestFrameCarriesTheMessageInEveryLength(t *testing.T) {
	for _, length := range []int{0, 1, 10, 125, 126, 1000, 65_000, 65_536, 70_000} {
		m := said(strings.Repeat("x", length))
		f, err := message.Encode(m)
		require.NoError(t, err)
		payloads := split(t, f.Bytes)
		require.Len(t, payloads, 1)
		var back message.Message
		require.NoError(t, json.Unmarshal([]byte(payloads[0]), &back))
		assert.Equal(t, m, back)
		assert.Equal(t, int64(7), f.ID)
		assert.Equal(t, int64(7), f.Rev)
	}
}

func TestHeaderLengths(t *testing.T) {
	for _, n := range []int{0, 125, 126, 127, 65535, 65536} {
		b := append(message.AppendHeader(nil, n), make([]byte, n)...)
		require.Len(t, split(t, b), 1, "%d bytes", n)
	}
}

func TestJoinedFramesStayOneMessageEach(t *testing.T) {
	one, err := message.Encode(said("one"))
	require.NoError(t, err)
	two, err := message.Encode(said(strings.Repeat("two", 100)))
	require.NoError(t, err)
	assert.Same(t, one, message.Join([]*message.Frame{one}), "nothing is copied for one")

	payloads := split(t, message.Join([]*message.Frame{one, two, one}).Bytes)
	require.Len(t, payloads, 3)
	for _, p := range payloads {
		assert.True(t, json.Valid([]byte(p)), "never two JSON documents in one WebSocket message")
	}
}

func TestFirstDialectGetsTextThatItsPageMayPutIntoHTML(t *testing.T) {
	m := said(`<script>alert("1")</script> & 你好 'x'`)
	m.TextMessage.UserInfo.Name = `<img src=x onerror="alert(1)">`
	f, err := message.Encode(m)
	require.NoError(t, err)
	first, err := f.First()
	require.NoError(t, err)

	var got message.Message
	require.NoError(t, json.Unmarshal([]byte(split(t, first.Bytes)[0]), &got))
	assert.Equal(t, `&lt;script&gt;alert("1")&lt;/script&gt; &amp; 你好 'x'`, got.TextMessage.Content)
	assert.Equal(t, "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;", got.TextMessage.UserInfo.Name)
	assert.Equal(t, "/avatar/u1?s=20", got.TextMessage.UserInfo.Gravatar)
	assert.Equal(t, f.Rev, first.Rev)
	assert.Equal(t, `<script>alert("1")</script> & 你好 'x'`, m.TextMessage.Content, "the message itself is untouched")

	status := message.Message{MType: message.StatusMType, UserStatus: &message.UserStatus{Users: []message.User{{Name: "<b>"}}, Online: 1}}
	first, err = message.EncodeFirst(status)
	require.NoError(t, err)
	assert.NotContains(t, split(t, first.Bytes)[0], `\u003cb\u003e`)
	assert.Equal(t, "<b>", status.UserStatus.Users[0].Name)
}

func TestFramesCrossTheBus(t *testing.T) {
	one, err := message.Encode(said("one"))
	require.NoError(t, err)
	two, err := message.Encode(said("二"))
	require.NoError(t, err)
	back, err := message.UnmarshalFrames(message.MarshalFrames([]*message.Frame{one, two}))
	require.NoError(t, err)
	assert.Equal(t, []*message.Frame{one, two}, back)
}

func FuzzUnmarshalFrames(f *testing.F) {
	one, _ := message.Encode(said("one"))
	f.Add(message.MarshalFrames([]*message.Frame{one, one}))
	f.Add([]byte{})
	f.Add([]byte{2, 0})
	f.Add([]byte{1, 1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		frames, err := message.UnmarshalFrames(b)
		if err != nil {
			return
		}
		again, err := message.UnmarshalFrames(message.MarshalFrames(frames))
		require.NoError(t, err)
		require.Equal(t, frames, again)
	})
}

func TestParseTakesAMessage(t *testing.T) {
	m, err := message.Parse([]byte(`{"MType":"text_mtype","Room":"lobby","Ref":"r1","TextMessage":{"Content":"你好 👋"}}`))
	require.NoError(t, err)
	assert.Equal(t, message.Message{MType: message.TextMType, Room: "lobby", Ref: "r1", TextMessage: &message.TextMessage{Content: "你好 👋"}}, m)
}

func TestHostile18ParseRefusesAndNamesTheField(t *testing.T) {
	for _, c := range []struct{ name, in, says, ref string }{
		{"object for a string", `{"Ref":"r1","MType":"text_mtype","TextMessage":{"Content":{"$gt":""}}}`, "TextMessage.Content", "r1"},
		{"number for a string", `{"MType":5}`, "MType", ""},
		{"unknown key", `{"Ref":"r2","MType":"text_mtype","Admin":true}`, "Admin", "r2"},
		{"unknown key inside", `{"MType":"text_mtype","TextMessage":{"Content":"a","Colour":"red"}}`, "TextMessage.Colour", ""},
		{"other case", `{"mtype":"text_mtype"}`, "mtype", ""},
		{"duplicate key", `{"Ref":"r3","MType":"text_mtype","MType":"x"}`, "MType", "r3"},
		{"duplicate inside", `{"MType":"text_mtype","TextMessage":{"Content":"a","Content":"b"}}`, "TextMessage.Content", ""},
		{"trailing bytes", `{"MType":"text_mtype","Ref":"r4"} {}`, "JSON", "r4"},
		{"cut short", `{"MType":"text_mtype","Ref":"r5","TextMessage":{"Con`, "JSON", "r5"},
		{"two documents", `{}{}`, "JSON", ""},
		{"depth", strings.Repeat(`{"TextMessage":`, 12_000), "", ""},
		{"arrays for ever", strings.Repeat(`[`, 12_000), "", ""},
		{"not JSON", `hello`, "JSON", ""},
		{"nothing", ``, "JSON", ""},
		{"an array", `[]`, "at the top", ""},
		{"half a surrogate", `{"MType":"text_mtype","Ref":"\ud800"}`, "", ""},
		{"long Ref", `{"Ref":"` + strings.Repeat("r", 65) + `"}`, "Ref", ""},
		{"a key of 10 kB", `{"` + strings.Repeat("k", 10_000) + `":1}`, "kkk", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := message.Parse([]byte(c.in))
			var refused *message.Error
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, message.CodeInvalid, refused.Code)
			assert.Contains(t, refused.Text, c.says)
			assert.Less(t, len(refused.Text), 200)
			assert.Equal(t, c.ref, m.Ref)
		})
	}
}

func TestCheckContent(t *testing.T) {
	for content, code := range map[string]string{
		"hello":                   "",
		strings.Repeat("é", 4096): "",
		strings.Repeat("x", 8193): message.CodeTooLong,
		" \n\t　":                  message.CodeEmpty,
		"":                        message.CodeEmpty,
		"a\x00b":                  message.CodeInvalid,
		"a\xffb":                  message.CodeInvalid,
	} {
		err := message.CheckContent(content, 8192)
		if code == "" {
			assert.NoError(t, err)
			continue
		}
		var refused *message.Error
		if assert.ErrorAs(t, err, &refused) {
			assert.Equal(t, code, refused.Code)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"MType":"text_mtype","Room":"lobby","Ref":"r1","TextMessage":{"Content":"hi"}}`))
	f.Add([]byte(`{"MType":"text_mtype","MType":1}`))
	f.Add([]byte(`[{"a":`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := message.Parse(b); err != nil {
			var refused *message.Error
			require.ErrorAs(t, err, &refused)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	m := said(strings.Repeat("x", 100))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := message.Encode(m); err != nil {
			b.Fatal(err)
		}
	}
}

func TestFirstDialectNamesFiles(t *testing.T) {
	m := said("")
	m.TextMessage.Files = []message.File{{ID: "f1", Name: "sea.jpg", Preview: "/previews/f1"}, {ID: "f2", Name: "<b>.txt"}}
	f, err := message.EncodeFirst(m)
	require.NoError(t, err)
	assert.Contains(t, string(f.Payload()), `"Content":"[sea.jpg] [&lt;b&gt;.txt]"`)
	assert.NotContains(t, string(f.Payload()), "previews")
	m.TextMessage.Content = "Look"
	f, err = message.EncodeFirst(m)
	require.NoError(t, err)
	assert.Contains(t, string(f.Payload()), `"Content":"Look [sea.jpg] [&lt;b&gt;.txt]"`)
	assert.Len(t, m.TextMessage.Files, 2, "the message itself is untouched")
}

"""Drives the installed kernel 'ziplab' with jupyter_kernel_test, jupyter_client and nbclient."""

import base64
import os
import sys
import time
import unittest

import jupyter_kernel_test
import nbformat
from jupyter_kernel_test.msgspec_v5 import validate_message
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

BOOK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Examples/quickstart.ipynb")

def run(queries):
    """A cell that asks so many queries; a machine asks some thousand a second."""
    return (
        "model load\ndata load Assets/Data/digits --shots 4\n"
        f"prompt new --dim 100 --rank 1 --budget {2 * queries}\nrun --queries {queries}\n")


# More than any machine asks before it is interrupted.
LONG = run(500000)


class ZiplabKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "ziplab"
    language_name = "ziplab"
    file_extension = ".zl"
    code_hello_world = "say hello, world"
    code_generate_error = "prompt nwe"
    completion_samples = [
        {"text": "checkp", "matches": {"checkpoint"}},
        {"text": "plot --out ", "matches": None},
        {"text": "data load --sho", "matches": {"--shots"}},
        {"text": "prompt new --method gauss", "matches": {"gauss-newton"}},
    ]
    completion_samples = [s for s in completion_samples if s["matches"]]
    complete_code_samples = ["step 3", "# a comment", "for x in 1..3 { say $x }"]
    incomplete_code_samples = ["for x in 1..3 {", "say $(1 +", "run \\"]
    invalid_code_samples = ["say 'one", "}"]
    code_inspect_sample = "run"
    code_display_data = [
        {"code": run(60) + "plot loss --out loss.png", "mime": "image/png"},
    ]

    def reply_to(self, msg_id, timeout=30):
        while True:
            reply = self.kc.get_shell_msg(timeout=timeout)
            if reply["parent_header"]["msg_id"] == msg_id:
                return reply

    def outputs_of(self, msg_id, timeout=30):
        found = []
        while True:
            msg = self.kc.get_iopub_msg(timeout=timeout)
            if msg["parent_header"].get("msg_id") != msg_id:
                continue
            validate_message(msg)
            if msg["msg_type"] == "status" and msg["content"]["execution_state"] == "idle":
                return found
            found.append(msg)

    def test_protocol_version(self):
        self.flush_channels()
        reply = self.reply_to(self.kc.kernel_info())
        self.assertEqual(reply["content"]["protocol_version"], "5.4")
        self.assertEqual(reply["content"]["implementation"], "ziplab")

    def test_error_points(self):
        self.flush_channels()
        reply, outputs = self.execute_helper("say one\nprompt nwe")
        self.assertEqual(reply["content"]["ename"], "error")
        self.assertIn("^~^", "\n".join(reply["content"]["traceback"]))
        self.assertEqual([m["msg_type"] for m in outputs], ["stream", "error"])

    def test_blank_and_silent(self):
        self.flush_channels()
        before, _ = self.execute_helper("say 1")
        blank, outputs = self.execute_helper("  \n")
        self.assertEqual(blank["content"]["status"], "ok")
        self.assertEqual(blank["content"]["execution_count"], before["content"]["execution_count"])
        silent, outputs = self.execute_helper("say 2", silent=True, store_history=False)
        self.assertEqual(outputs, [])
        self.assertEqual(silent["content"]["execution_count"], before["content"]["execution_count"])

    def test_user_expressions(self):
        self.flush_channels()
        msg_id = self.kc.execute("let x = 3", user_expressions={"twice": "x * 2", "none": "nothing"})
        found = self.reply_to(msg_id)["content"]["user_expressions"]
        self.assertEqual(found["twice"]["data"]["text/plain"], "6")
        self.assertEqual(found["none"]["status"], "error")
        self.outputs_of(msg_id)

    def test_queued_cells_are_dropped_behind_a_failure(self):
        self.flush_channels()
        ids = [self.kc.execute(code) for code in ["prompt nwe", "let dropped = 1", "say never"]]
        states = [self.reply_to(i)["content"]["status"] for i in ids]
        self.assertEqual(states, ["error", "aborted", "aborted"])
        after = self.reply_to(self.kc.execute("say $dropped"))
        self.assertEqual(after["content"]["status"], "error")

    def test_queued_cells_go_on_where_wished(self):
        self.flush_channels()
        ids = [self.kc.execute(code, stop_on_error=False) for code in ["prompt nwe", "let kept = 1"]]
        states = [self.reply_to(i)["content"]["status"] for i in ids]
        self.assertEqual(states, ["error", "ok"])

    def test_interrupt_keeps_what_was_done(self):
        self.flush_channels()
        msg_id = self.kc.execute(LONG)
        time.sleep(1.5)
        start = time.time()
        self.km.interrupt_kernel()
        reply = self.reply_to(msg_id)
        waited = time.time() - start
        self.assertEqual(reply["content"]["status"], "error")
        self.assertEqual(reply["content"]["ename"], "interrupted")
        self.assertLess(waited, 2)
        text = "".join(
            m["content"]["text"] for m in self.outputs_of(msg_id) if m["msg_type"] == "stream")
        self.assertIn("interrupted after step", text)
        # An interrupt while nothing runs is for none.
        self.km.interrupt_kernel()
        time.sleep(0.2)
        msg_id = self.kc.execute("step 2")
        self.assertEqual(self.reply_to(msg_id)["content"]["status"], "ok")

    def test_control_answers_while_a_cell_runs(self):
        self.flush_channels()
        msg_id = self.kc.execute(LONG)
        time.sleep(1)
        self.assertTrue(self.kc.hb_channel.is_beating())
        request = self.kc.session.msg("kernel_info_request")
        self.kc.control_channel.send(request)
        reply = self.kc.get_control_msg(timeout=2)
        self.assertEqual(reply["msg_type"], "kernel_info_reply")
        self.km.interrupt_kernel()
        self.assertEqual(self.reply_to(msg_id)["content"]["ename"], "interrupted")

    def test_progress_is_one_display_that_is_updated(self):
        self.flush_channels()
        msg_id = self.kc.execute(run(12000))
        self.reply_to(msg_id, timeout=120)
        outputs = self.outputs_of(msg_id)
        shows = [m for m in outputs if m["msg_type"] in ("display_data", "update_display_data")]
        self.assertEqual(shows[0]["msg_type"], "display_data")
        self.assertEqual({m["msg_type"] for m in shows[1:]}, {"update_display_data"})
        self.assertEqual(len({m["content"]["transient"]["display_id"] for m in shows}), 1)
        self.assertIn("12000/12000 queries", shows[-1]["content"]["data"]["text/plain"])

    def test_history(self):
        self.flush_channels()
        for code in ["say alpha", "say beta", "say beta"]:
            self.reply_to(self.kc.execute(code))

        def history(**arguments):
            reply = self.reply_to(self.kc.history(raw=True, **arguments))
            validate_message(reply, "history_reply")
            return reply["content"]["history"]

        tail = history(hist_access_type="tail", n=3, output=False)
        self.assertEqual([h[2] for h in tail], ["say alpha", "say beta", "say beta"])
        session, line = tail[0][0], tail[0][1]
        found = history(
            hist_access_type="range", session=session, start=line, stop=line + 1, output=True)
        self.assertEqual(found, [[session, line, ["say alpha", None]]])
        found = history(hist_access_type="search", pattern="say b*", unique=True, output=False)
        self.assertEqual([h[2] for h in found], ["say beta"])
        self.assertEqual(history(hist_access_type="search", pattern="*gamma?", output=False), [])

    def test_unicode_cursor(self):
        self.flush_channels()
        code = "say '\U0001F4F7 é' ; checkp"
        reply = self.reply_to(self.kc.complete(code))
        content = reply["content"]
        self.assertEqual(content["matches"], ["checkpoint"])
        self.assertEqual(code[content["cursor_start"]:content["cursor_end"]], "checkp")

    def test_inspect_option_and_variable(self):
        self.flush_channels()
        self.reply_to(self.kc.execute("let seed = 7"))
        for code, words in [("data load --shots", "--shots"), ("say $seed", "7"), ("prompt", "prompt new")]:
            reply = self.reply_to(self.kc.inspect(code))
            self.assertIn(words, reply["content"]["data"]["text/plain"])
        self.assertFalse(self.reply_to(self.kc.inspect("nosuch"))["content"]["found"])

    def test_an_unknown_request_is_answered(self):
        self.flush_channels()
        request = self.kc.session.msg("dance_request")
        self.kc.shell_channel.send(request)
        reply = self.reply_to(request["header"]["msg_id"])
        self.assertEqual(reply["content"]["status"], "error")

    def test_a_message_with_a_wrong_signature_is_ignored(self):
        self.flush_channels()
        request = self.kc.session.msg("execute_request", {"code": "let forged = 1"})
        frames = self.kc.session.serialize(request)
        frames[1] = b"0" * 64
        self.kc.shell_channel.socket.send_multipart(frames)
        for junk in [[b""], [b"<IDS|MSG>"], [b"a"] * 9, [os.urandom(100) for _ in range(8)]]:
            self.kc.shell_channel.socket.send_multipart(junk)
            self.kc.control_channel.socket.send_multipart(junk)
        reply = self.reply_to(self.kc.execute("say $forged"))
        self.assertEqual(reply["content"]["status"], "error")


class WelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "ziplab"
    support_iopub_welcome = True


class EndTests(unittest.TestCase):
    def start(self):
        return jupyter_kernel_test.start_new_kernel(kernel_name="ziplab")

    def test_shutdown_while_a_cell_runs(self):
        manager, client = self.start()
        client.execute(LONG)
        time.sleep(1)
        start = time.time()
        manager.shutdown_kernel()
        self.assertLess(time.time() - start, 4)
        self.assertFalse(manager.is_alive())
        client.stop_channels()

    def test_quit_ends_the_kernel(self):
        manager, client = self.start()
        client.execute("quit")
        reply = client.get_shell_msg(timeout=10)
        while reply["msg_type"] != "execute_reply":
            reply = client.get_shell_msg(timeout=10)
        self.assertEqual(reply["content"]["payload"][0]["source"], "ask_exit")
        for _ in range(50):
            if not manager.is_alive():
                break
            time.sleep(0.1)
        self.assertFalse(manager.is_alive())
        client.stop_channels()
        manager.shutdown_kernel(now=True)


class NotebookTests(unittest.TestCase):
    def test_the_committed_notebook(self):
        book = nbformat.read(BOOK, as_version=4)
        NotebookClient(book, timeout=120, kernel_name="ziplab").execute()
        nbformat.validate(book)
        code = [c for c in book.cells if c.cell_type == "code"]
        recorded = [
            c for c in nbformat.read(BOOK, as_version=4).cells
            if c.cell_type == "code"]

        def shown(cell):
            # Progress has a pace, which differs.
            return [
                o.get("text") or o.get("data", {}).get("image/png") for o in cell.outputs
                if o.output_type == "stream" or "image/png" in o.get("data", {})]

        for now, then in zip(code, recorded, strict=True):
            self.assertEqual(shown(now), shown(then))
        pictures = [o for c in code for o in c.outputs if "image/png" in o.get("data", {})]
        self.assertEqual(len(pictures), 2)
        for picture in pictures:
            self.assertEqual(base64.b64decode(picture["data"]["image/png"])[:4], b"\x89PNG")
        if len(sys.argv) > 1 and sys.argv[-1].endswith(".ipynb"):
            nbformat.write(book, sys.argv[-1])

    def test_a_cell_that_fails_stops_the_notebook(self):
        book = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell("prompt nwe"), nbformat.v4.new_code_cell("say never")])
        with self.assertRaises(CellExecutionError):
            NotebookClient(book, timeout=60, kernel_name="ziplab").execute()
        self.assertEqual(book.cells[1].outputs, [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + [a for a in sys.argv[1:] if not a.endswith(".ipynb")])

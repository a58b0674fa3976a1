package kvasir.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import kvasir.EditedModel;
import kvasir.error.UserError;
import kvasir.template.TemplateError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what chat templates write around a document and a question. */
class ChatFrameTest {
  private static final Path DEMO = Path.of("experiments/demo-model/model");

  @TempDir Path folder;

  private static ChatFrame frame(String source) {
    return ChatFrame.of(ChatTemplate.of("test", source, Optional.of("<s>"), Optional.of("</s>")));
  }

  /** The demo model has a template, which writes ChatML. */
  @Test
  void aTemplateOfChatMlGivesTheIdsOfChatMl() {
    try (Tokenizer tokenizer = Tokenizer.open(DEMO)) {
      Chat expected = Chat.of(tokenizer, "the model");
      Chat chat = Chat.open(tokenizer, DEMO, "the model");
      String text = "The code of Moritz Cooson is 9393.";
      assertArrayEquals(expected.system(text).ids(), chat.system(text).ids());
      assertArrayEquals(expected.system(text).starts(), chat.system(text).starts());
      assertArrayEquals(expected.question(text), chat.question(text));
    }
  }

  @Test
  void turnsAreThoseOfTheTemplate() {
    assertEquals(
        new ChatFrame("<s>[system]", "[/system]", "[user]", "[/user][assistant]"),
        frame(
            "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content | trim }}[/{{ m.role }}]{% endfor %}"
                + "{% if add_generation_prompt %}[assistant]{% endif %}"));
  }

  /** As Mistral's templates, which refuse a system's turn alone and write it into the user's. */
  @Test
  void aDocumentMayStandInTheTurnOfTheQuestion() {
    assertEquals(
        new ChatFrame("<s>[INST] ", "\n\n", "", " [/INST]"),
        frame(
            "{% if messages[-1].role != 'user' %}{{ raise_exception('the user is last') }}{% endif %}"
                + "{{ bos_token }}[INST] {{ messages[0].content }}\n\n{{ messages[1].content }} [/INST]"));
  }

  /** As Gemma's templates, which have no turn of the system. */
  @Test
  void aDocumentIsInTheUsersTurnWhereThereIsNoSystem() {
    assertEquals(
        new ChatFrame("<user>", "\n\n", "", "</user><model>"),
        frame(
            "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
                + "<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}<model>"));
  }

  @Test
  void aTemplateWithoutQuestionsIsRefused() {
    assertThrows(TemplateError.class, () -> frame("{{ messages[0].role }}"));
  }

  @Test
  void aModelWithoutChatsIsRefused() {
    Path model =
        EditedModel.copy(DEMO, folder.resolve("model"))
            .json("tokenizer_config.json", config -> config.put("chat_template", "{{ bos_token }}"))
            .folder();
    try (Tokenizer tokenizer = Tokenizer.open(model)) {
      UserError error =
          assertThrows(UserError.class, () -> Chat.open(tokenizer, model, "the model"));
      assertTrue(error.getMessage().contains("does not show a document"), error.getMessage());
    }
  }
}

package headrace.operators;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.inference.StaticArgument;
import org.apache.flink.table.types.inference.StaticArgumentTrait;
import org.apache.flink.table.types.inference.TypeInference;

import java.util.EnumSet;
import java.util.Optional;

/**
 * The SQL function {@code json_fields}: each row with some fields of the JSON object that one of its columns holds.
 *
 * <pre>{@code
 * SELECT * FROM json_fields(
 *   input   => TABLE messages,
 *   payload => 'payload',
 *   fields  => 'id BIGINT, amount DECIMAL(12, 2)',
 *   prefix  => 'json_',
 *   uid     => 'messages_read')
 * }</pre>
 *
 * The columns of the input stay. {@code is_object} says whether the bytes are UTF-8 and hold one JSON object; if not, all
 * fields are NULL. A field has the type that is written behind its name, and is NULL when it is missing, null, or no value
 * of that type as it stands: nothing is rounded or guessed. {@code <field>_present} says whether it is there and not null.
 * Each message is read once, where {@code JSON_VALUE} reads it again for each field, wherever Flink repeats an expression.
 */
public class JsonFields extends ProcessTableFunction<RowData> implements SpecializedFunction {

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return TypeInference.newBuilder()
                .staticArguments(
                        StaticArgument.table(
                                "input",
                                RowData.class,
                                false,
                                EnumSet.of(
                                        StaticArgumentTrait.ROW_SEMANTIC_TABLE,
                                        StaticArgumentTrait.PASS_COLUMNS_THROUGH)),
                        StaticArgument.scalar("payload", DataTypes.STRING(), false),
                        StaticArgument.scalar("fields", DataTypes.STRING(), false),
                        StaticArgument.scalar("prefix", DataTypes.STRING(), true))
                .inputTypeStrategy(new Signature.Check(context -> new JsonCall(context).derivedType()))
                .outputTypeStrategy(context -> Optional.of(new JsonCall(context).derivedType()))
                .build();
    }

    @Override
    public UserDefinedFunction specialize(SpecializedContext context) {
        return new JsonFieldsFunction(context);
    }
}

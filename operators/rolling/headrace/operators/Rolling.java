package headrace.operators;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.ArgumentCount;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.ConstantArgumentCount;
import org.apache.flink.table.types.inference.InputTypeStrategy;
import org.apache.flink.table.types.inference.Signature;
import org.apache.flink.table.types.inference.StaticArgument;
import org.apache.flink.table.types.inference.StaticArgumentTrait;
import org.apache.flink.table.types.inference.TypeInference;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * The SQL function {@code rolling}: every row with the aggregates of all rows of its key in the windows that end with
 * it. This class is what the planner asks for names, types and errors; {@link RollingFunction} does the work.
 *
 * <pre>{@code
 * SELECT * FROM rolling(
 *   input      => TABLE transactions PARTITION BY customer_id,  -- or: PARTITION BY customer_id ORDER BY event_time
 *   aggregates => 'count, avg(amount)',
 *   windows    => '1d, 7d, 30d')
 * }</pre>
 */
public class Rolling extends ProcessTableFunction<RowData> implements SpecializedFunction {

    private static final EnumSet<StaticArgumentTrait> KEYED_AND_PASSED_ON =
            EnumSet.of(StaticArgumentTrait.SET_SEMANTIC_TABLE, StaticArgumentTrait.PASS_COLUMNS_THROUGH);

    @Override
    public UserDefinedFunction specialize(SpecializedContext context) {
        return new RollingFunction(context.getCallContext());
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return TypeInference.newBuilder()
                .staticArguments(
                        StaticArgument.table("input", RowData.class, false, KEYED_AND_PASSED_ON),
                        text("aggregates"),
                        text("windows"),
                        text("delay"),
                        text("prefix"),
                        text("idle"))
                .inputTypeStrategy(new Check())
                .outputTypeStrategy(context -> Optional.of(new Call(context).outputType()))
                .stateTypeStrategies(new LinkedHashMap<>())
                .build();
    }

    /** Optional for Flink, whose own message for a missing argument names neither argument nor function. */
    private static StaticArgument text(String name) {
        return StaticArgument.scalar(name, DataTypes.STRING(), true);
    }

    /** Reads the whole call, so that whatever is wrong with it is said at planning. */
    private static final class Check implements InputTypeStrategy {

        @Override
        public ArgumentCount getArgumentCount() {
            return ConstantArgumentCount.any();
        }

        @Override
        public Optional<List<DataType>> inferInputTypes(CallContext context, boolean throwOnFailure) {
            try {
                Call.checked(context);
            } catch (InvalidCall e) {
                return context.fail(throwOnFailure, "%s", e.getMessage());
            }
            return Optional.of(context.getArgumentDataTypes());
        }

        @Override
        public List<Signature> getExpectedSignatures(FunctionDefinition definition) {
            return List.of();
        }
    }
}
